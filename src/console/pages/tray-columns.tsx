import { Button, type TableColumnsType } from 'antd';
import type { TrayItem } from '../api/types.js';
import { Copyable } from '../parts/copy.js';
import { FaultList } from '../parts/faults.js';
import { fieldLabel } from '../parts/filing-kinds.js';
import { timeText } from '../parts/format.js';
import { trayLooks } from '../parts/states.js';
import { StateTag, StatusCode } from '../parts/status.js';
import type { Texts } from '../texts/index.js';

interface Handlers {
  mayDecide: boolean;
  show: (item: TrayItem) => void;
  ask: (kind: 'assign' | 'dismiss', item: TrayItem) => void;
  reopen: (item: TrayItem) => void;
}

export function trayColumns(texts: Texts, handlers: Handlers): TableColumnsType<TrayItem> {
  const { t } = texts;
  return [
    {
      title: t('tray.reason'),
      key: 'reason',
      width: 150,
      className: 'top-cell',
      render: (_, item) => (
        <>
          <StateTag look={trayLooks[item.reason]} />
          <div className="mono quiet">{item.messageType?.replace('Message', '') ?? '—'}</div>
        </>
      ),
    },
    {
      title: t('tray.received'),
      key: 'receivedAt',
      width: 220,
      className: 'top-cell',
      render: (_, item) => (
        <>
          <div className="num">{timeText(item.receivedAt)}</div>
          <div className="quiet small breakable">{item.origin}</div>
        </>
      ),
    },
    {
      title: t('tray.says'),
      key: 'says',
      className: 'top-cell',
      render: (_, item) => <Says item={item} texts={texts} />,
    },
    {
      title: t('tray.decision'),
      key: 'decision',
      width: 280,
      className: 'top-cell row-acts',
      render: (_, item) => <Decision item={item} texts={texts} handlers={handlers} />,
    },
  ];
}

function Says({ item, texts: { text } }: { item: TrayItem; texts: Texts }) {
  return (
    <>
      {item.status && (
        <div>
          <StatusCode status={item.status} /> {text(item.status.text)}
        </div>
      )}
      {item.info && <div className="quiet">{item.info}</div>}
      {Object.keys(item.key).length > 0 && (
        <div className="keys">
          {Object.entries(item.key).map(([name, value]) => (
            <span key={name}>
              <span className="quiet">{text(fieldLabel(name))}</span>{' '}
              <Copyable value={value} what={text(fieldLabel(name))} />
            </span>
          ))}
        </div>
      )}
      {item.faults.length > 0 && <FaultList faults={item.faults} />}
    </>
  );
}

function Decision({ item, texts: { t }, handlers }: { item: TrayItem; texts: Texts; handlers: Handlers }) {
  const view = (
    <Button size="small" onClick={() => handlers.show(item)}>
      {t('bytes.show')}
    </Button>
  );
  if (!item.decision) {
    return (
      <div className="row-actions">
        {view}
        {handlers.mayDecide && item.reason === 'unmatched' && (
          <Button size="small" type="primary" onClick={() => handlers.ask('assign', item)}>
            {t('tray.assign')}
          </Button>
        )}
        {handlers.mayDecide && (
          <Button size="small" onClick={() => handlers.ask('dismiss', item)}>
            {t('tray.dismiss')}
          </Button>
        )}
      </div>
    );
  }
  const { kind, by, at, note } = item.decision;
  return (
    <>
      <div>
        {t(`tray.was.${kind}`)} · {by} · <span className="num">{timeText(at)}</span>
      </div>
      <div className="quiet">{note}</div>
      <div className="row-actions">
        {view}
        {handlers.mayDecide && kind === 'dismissed' && (
          <Button size="small" onClick={() => handlers.reopen(item)}>
            {t('tray.reopen')}
          </Button>
        )}
      </div>
    </>
  );
}
