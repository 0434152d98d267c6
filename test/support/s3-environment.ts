/** An environment in which the AWS SDK finds the keys of the test's own store, and nothing of the machine's. */
import process from 'node:process';
import { vi } from 'vitest';
import { ACCESS_KEY } from './s3-server.ts';

/** To be undone with `vi.unstubAllEnvs`. */
export function stubStoreEnvironment(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_ACCESS_KEY_ID', ACCESS_KEY);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  // Without this a machine in a cloud would give its own credentials.
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  for (const name of ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE']) vi.stubEnv(name, '/nonexistent');
}
