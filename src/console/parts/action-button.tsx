import { Button, Tooltip, type ButtonProps } from 'antd';
import type { ActionAnswer } from '../api/types.js';
import { useTexts } from '../texts/index.js';

interface ActionButtonProps extends ButtonProps {
  answer: ActionAnswer | undefined;
}

/** A button for what the lifecycle allows; greyed out with the reason, and what to do instead, when it does not. */
export function ActionButton({ answer, ...button }: ActionButtonProps) {
  const { text } = useTexts();
  const reason = answer?.allowed === false ? answer.reason : undefined;
  return (
    <Tooltip
      title={
        reason && (
          <>
            <div>
              {text(reason.message)}（{reason.code}）
            </div>
            <div>{text(reason.fix)}</div>
          </>
        )
      }
    >
      {/* The box carries the tooltip: a disabled button gets no pointer events. */}
      <span className="action-box">
        <Button {...button} disabled={!answer?.allowed || button.disabled} />
      </span>
    </Tooltip>
  );
}
