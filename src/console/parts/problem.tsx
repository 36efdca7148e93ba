import { useCallback } from 'react';
import { Alert, App, Button } from 'antd';
import { ApiError } from '../api/client.js';
import { useTexts, type Texts } from '../texts/index.js';
import { FaultList } from './faults.js';

/** One sentence for an error, in the user's language; faults of the gateway come first, they are the precise ones. */
export function errorSentence(error: unknown, { t, text }: Pick<Texts, 't' | 'text'>): string {
  if (!(error instanceof ApiError)) return t('error.unexpected');
  const [first] = error.faults;
  if (first) return `${text(first.message)} (${first.code})`;
  if (error.status === 0) return t('error.offline');
  if (error.status === 401) return t('error.signedOut');
  if (error.status === 403) return t('error.forbidden');
  if (error.status === 404) return t('error.notFound');
  if (error.status === 413) return t('error.tooLarge');
  if (error.status === 429) return t('error.tooMany');
  return t('error.status', { status: error.status });
}

/** An error in the place where the content would be, with a way to try again. */
export function ProblemView({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const texts = useTexts();
  const faults = error instanceof ApiError ? error.faults : [];
  const reference = error instanceof ApiError ? error.reference : undefined;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={errorSentence(error, texts)}
      description={
        faults.length > 0 || reference ? (
          <>
            {faults.length > 0 && <FaultList faults={faults} />}
            {reference && (
              <div className="quiet">
                {texts.t('error.reference')} <code>{reference}</code>
              </div>
            )}
          </>
        ) : undefined
      }
      action={
        onRetry && (
          <Button size="small" onClick={onRetry}>
            {texts.t('action.retry')}
          </Button>
        )
      }
    />
  );
}

/** For actions: tells of a failure in a notice that stays until closed when it has faults, briefly otherwise. */
export function useFailure(): (error: unknown) => void {
  const { notification } = App.useApp();
  const texts = useTexts();
  return useCallback(
    (error: unknown) => {
      if (error instanceof ApiError && error.status === 401) return;
      const faults = error instanceof ApiError ? error.faults : [];
      notification.error({
        title: errorSentence(error, texts),
        description: faults.length > 0 ? <FaultList faults={faults} /> : undefined,
        duration: faults.length > 0 ? 0 : 6,
        placement: 'bottomRight',
      });
    },
    [notification, texts],
  );
}
