/**
 * What an object store answers instead of what it was asked for, in the words of a person who can do something about
 * it. The errors of the AWS SDK carry a name (`NoSuchBucket`), a status of HTTP, or the code of a system call.
 */
import { isRecord, shownName } from '../../base/json-value.ts';
import { systemCode } from '../regular-file.ts';

/** `changed`: the object is not the one that was listed any more. `refused`: by its status. `unreachable`: no answer. */
export type ProblemKind = 'changed' | 'refused' | 'unreachable';

export class BucketProblem extends Error {
  override readonly name = 'BucketProblem';
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** @param what the address that was asked for, with which the sentence begins */
export function problemFrom(error: unknown, what: string, endpoint: string | null): BucketProblem {
  const { name, status, code } = partsOf(error);
  const at = endpoint === null ? '' : ` at ${endpoint}`;
  const problem = (kind: ProblemKind, sentence: string) =>
    new BucketProblem(kind, `${what}: ${sentence}`, { cause: error });
  if (status === 412 || name === 'NoSuchKey' || (status === 404 && name !== 'NoSuchBucket'))
    return problem('changed', 'expected the object that was listed, it has been written again or removed');
  switch (name) {
    case 'CredentialsProviderError':
    case 'TokenProviderError':
      return problem(
        'refused',
        'found no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile that aws configure or aws sso login has made',
      );
    case 'NoSuchBucket':
      return problem(
        'refused',
        `there is no such bucket${at}; look at its name, and name the store with --endpoint unless it is AWS`,
      );
    case 'PermanentRedirect':
    case 'AuthorizationHeaderMalformed':
      return problem('refused', `the bucket is in another region (${name}); set AWS_REGION to that`);
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'InvalidToken':
    case 'ExpiredToken':
      return problem(
        'refused',
        `the store does not take these credentials (${name}); look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or sign in again`,
      );
    case 'RequestTimeTooSkewed':
      return problem(
        'refused',
        'the clock of this machine is off, so that no request is taken; set it right',
      );
    case 'InvalidObjectState':
      return problem('refused', 'the object lies in an archive, from which it has to be restored first');
    default:
      break;
  }
  if (status === 401 || status === 403)
    return problem(
      'refused',
      `access is refused (${status} ${shownName(name)}); these credentials need s3:ListBucket on the bucket and s3:GetObject on its objects`,
    );
  if (status !== null && status >= 400)
    return problem(
      status < 500 ? 'refused' : 'unreachable',
      `answers with ${status} ${shownName(name)}; it is asked again`,
    );
  const why = code ?? name;
  return problem(
    'unreachable',
    endpoint === null
      ? `the store cannot be reached (${why}); look at the network and at AWS_REGION. It is asked again`
      : `${endpoint} cannot be reached (${why}); look at --endpoint or AWS_ENDPOINT_URL and at the network. It is asked again`,
  );
}

/** A disk that is full or not to be written to is no mistake of ours; any other error is thrown as it is. */
export function diskProblemFrom(error: unknown): BucketProblem {
  const code = systemCode(error);
  if (code === null) throw error;
  const sentence = `what is fetched cannot be kept on the disk of this machine (${code}); it is tried again`;
  return new BucketProblem('refused', sentence, { cause: error });
}

function partsOf(error: unknown): {
  readonly name: string;
  readonly status: number | null;
  readonly code: string | null;
} {
  const fields: Record<string, unknown> = error instanceof Error ? { ...error } : {};
  const metadata = fields.$metadata;
  const status = isRecord(metadata) ? metadata.httpStatusCode : undefined;
  return {
    name: error instanceof Error ? error.name : String(error),
    // An answer that is none of a store's (a page, say) comes as an error of parsing, of which the status is 200.
    status: typeof status === 'number' && status >= 300 ? status : null,
    code: typeof fields.code === 'string' ? fields.code : null,
  };
}
