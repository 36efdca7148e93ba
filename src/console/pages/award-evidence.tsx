import { UploadOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { App, Button, Collapse, Empty, Tag, Upload } from 'antd';
import { roundPath } from '../api/calls.js';
import { useRefresh } from '../api/queries.js';
import type { AwardLine, AwardPolicy, AwardRound } from '../api/types.js';
import { uploadEvidence } from '../api/upload.js';
import { Copyable } from '../parts/copy.js';
import { decimalText, timeText } from '../parts/format.js';
import { useFailure } from '../parts/problem.js';
import { useTexts } from '../texts/index.js';
import { RecordsLink } from './award-lines.js';
import type { RoundTabProps } from './award-round.js';

type Item = AwardPolicy['clauses'][number]['evidence'][number];

/** What an enterprise hands in by the clauses that speak for it; an item that several clauses ask for stands once. */
export function itemsOf({ result }: Pick<AwardLine, 'result'>, policy: AwardPolicy): Item[] {
  const mine = new Set(result.clauses.filter((c) => c.status !== 'no-award').map((c) => c.clause));
  const clauses = policy.clauses.filter(({ id }) => mine.has(id));
  return [...new Map(clauses.flatMap((c) => c.evidence.map((item) => [item.text.zh, item]))).values()];
}

/** The checklist of every candidate, with its files. */
export function EvidenceTab({ round, policy }: RoundTabProps) {
  const { t } = useTexts();
  if (round.lines.length === 0)
    return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('lines.none')} />;
  return (
    <>
      <p className="quiet tab-help">{t('evidence.help')}</p>
      <Collapse
        defaultActiveKey={round.lines.slice(0, 3).map((l) => l.enterprise)}
        items={round.lines.map((line) => {
          const items = itemsOf(line, policy);
          const have = items.filter(({ id, own }) => own || filesOf(round, line, id).length > 0).length;
          return {
            key: line.enterprise,
            label: (
              <>
                {line.name} <span className="mono quiet">{line.enterprise}</span>
              </>
            ),
            extra: t('evidence.count', { have, all: items.length }),
            children:
              items.length === 0 ? (
                <span className="quiet">{t('evidence.none')}</span>
              ) : (
                <EvidenceFiles round={round} line={line} items={items} />
              ),
          };
        })}
      />
    </>
  );
}

const filesOf = (round: AwardRound, { enterprise }: AwardLine, item: string) =>
  round.evidence.filter((e) => e.enterprise === enterprise && e.item === item);

interface FilesProps {
  round: AwardRound;
  line: AwardLine;
  items: readonly Item[];
}

/** Each item with its files, their hashes, and a way to add one. */
export function EvidenceFiles({ round, line, items }: FilesProps) {
  const { t, text } = useTexts();
  const { message } = App.useApp();
  const refresh = useRefresh();
  const fail = useFailure();
  const upload = useMutation({
    mutationFn: ({ file, item }: { file: File; item: string }) =>
      uploadEvidence(roundPath(round.id, 'evidence'), file, { enterprise: line.enterprise, item }),
    onSuccess: async (_, { file }) => {
      void message.success(t('evidence.uploaded', { name: file.name }));
      await refresh('awards');
    },
    onError: fail,
  });
  return (
    <ul className="checklist">
      {items.map((item) => {
        const files = filesOf(round, line, item.id);
        return (
          <li key={item.id}>
            <span className="checklist-item">
              {text(item.text)}{' '}
              {files.length === 0 && !item.own && <Tag color="gold">{t('evidence.missing')}</Tag>}
            </span>
            <span className="checklist-files">
              {item.own && (
                <RecordsLink line={line}>
                  {t('sheet.recordsOpen', { count: decimalText(line.records) })}
                </RecordsLink>
              )}
              {files.map((file) => (
                <span key={file.id} className="evidence-file">
                  <a href={`/v1/awards/evidence/${file.id}`} download>
                    {file.fileName}
                  </a>{' '}
                  <span className="quiet small">
                    {t('evidence.by', { name: file.uploadedBy, time: timeText(file.uploadedAt) })}
                  </span>{' '}
                  <Copyable value={file.sha256} what="SHA-256" />
                </span>
              ))}
            </span>
            {round.state !== 'frozen' && !item.own && (
              <Upload
                showUploadList={false}
                beforeUpload={(file) => {
                  upload.mutate({ file, item: item.id });
                  return false;
                }}
              >
                <Button
                  size="small"
                  icon={<UploadOutlined />}
                  className="no-print"
                  loading={upload.isPending}
                >
                  {t('evidence.upload')}
                </Button>
              </Upload>
            )}
          </li>
        );
      })}
    </ul>
  );
}
