/**
 * The addresses that a person gives, read. The sentence about a wrong one does not repeat it: the address of a webhook
 * is a secret.
 */

/** An address of the web, or what is wrong with it. */
export function webAddress(word: string): URL | string {
  const address = URL.canParse(word) ? new URL(word) : null;
  if (address === null || !/^https?:$/.test(address.protocol))
    return 'expected an address that begins with http:// or https://, got something else';
  if (address.username !== '' || address.password !== '')
    return 'expected an address without a name and a password in it';
  return address;
}
