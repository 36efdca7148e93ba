import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { App, Modal } from 'antd';
import { api } from '../api/calls.js';
import { ApiError } from '../api/client.js';
import { useRefresh } from '../api/queries.js';
import type { Filing } from '../api/types.js';
import { ProblemView } from '../parts/problem.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';
import { FilingForm } from './filing-form.js';

/** Changes what a filing says; what has not left is replaced, what customs holds goes out as a change. */
export function FilingChange({ one, onClose }: { one: Filing; onClose: () => void }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const refresh = useRefresh();
  const [data, setData] = useState(one.data);
  const change = useMutation({
    mutationFn: () => api.changeFiling(one.id, data),
    onSuccess: async () => {
      await refresh('filings', 'declarations');
      void message.success(t('filings.changeDone'));
      onClose();
    },
  });
  const leaving = useUnsaved(data !== one.data && !change.isSuccess);
  return (
    <Modal
      open
      width={980}
      title={t('filings.change')}
      okText={t('filings.changeSubmit')}
      cancelText={t('action.cancel')}
      confirmLoading={change.isPending}
      onOk={() => change.mutate()}
      onCancel={() => leaving(onClose)}
    >
      <p className="quiet">{t('filings.changeHelp')}</p>
      {change.isError && <ProblemView error={change.error} />}
      <FilingForm
        messageType={one.messageType}
        data={data}
        faults={change.error instanceof ApiError ? change.error.faults : []}
        onChange={setData}
      />
    </Modal>
  );
}
