import { useId, type ReactNode } from 'react';
import { Button, Tooltip, type ButtonProps } from 'antd';
import type { ActionAnswer } from '../api/types.js';
import { useTexts } from '../texts/index.js';

interface ExplainedButtonProps extends Omit<ButtonProps, 'disabled'> {
  /** Why it cannot be pressed now; nothing when it can. */
  why: ReactNode;
}

/**
 * A button that says why it cannot be pressed. It stays in the order of the keyboard and is described by its reason:
 * a button that is really disabled is passed over and explains itself to nobody.
 */
export function ExplainedButton({ why, ...button }: ExplainedButtonProps) {
  const id = useId();
  if (!why) return <Button {...button} />;
  return (
    <Tooltip title={why} trigger={['hover', 'focus']}>
      <span className="action-box">
        <Button
          {...button}
          className={`barred ${button.className ?? ''}`}
          type="default"
          danger={false}
          aria-disabled
          aria-describedby={id}
          onClick={(event) => event.preventDefault()}
          htmlType="button"
        />
        <span id={id} className="unseen">
          {why}
        </span>
      </span>
    </Tooltip>
  );
}

interface ActionButtonProps extends Omit<ButtonProps, 'disabled'> {
  answer: Pick<ActionAnswer, 'allowed' | 'reason'> | undefined;
}

/** A button for what the lifecycle allows; with the reason, and what to do instead, when it does not. */
export function ActionButton({ answer, ...button }: ActionButtonProps) {
  const { t, text } = useTexts();
  const reason = answer?.reason;
  return (
    <ExplainedButton
      {...button}
      why={
        answer?.allowed ? null : reason ? (
          <>
            {text(reason.message)}（{reason.code}）{text(reason.fix)}
          </>
        ) : (
          t('actions.asking')
        )
      }
    />
  );
}
