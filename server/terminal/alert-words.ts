/** The words about alerts: where they are sent to, and where those who read them find the dashboard. */
export type AlertWords = {
  /** None: the environment says, or nobody is told. */
  readonly webhooks: readonly string[];
  readonly publicUrl: string | null;
};

export const ALERT_OPTIONS = {
  webhook: { type: 'string', multiple: true },
  'public-url': { type: 'string' },
} as const;

export function alertWords(values: {
  readonly webhook?: readonly string[] | undefined;
  readonly 'public-url'?: string | undefined;
}): AlertWords {
  return { webhooks: values.webhook ?? [], publicUrl: values['public-url'] ?? null };
}
