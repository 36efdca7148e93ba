import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { App, Form, Input, Modal } from 'antd';
import { api } from '../api/calls.js';
import type { ChangePassword } from '../api/types.js';
import { useTexts } from '../texts/index.js';
import { ProblemView } from './problem.js';
import { useUnsaved } from './unsaved.js';

/** Changes the own password; the other sessions end. */
export function PasswordModal({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const [form] = Form.useForm<ChangePassword & { again: string }>();
  const [touched, setTouched] = useState(false);
  const change = useMutation({
    mutationFn: ({ current, next }: ChangePassword) => api.changePassword({ current, next }),
    onSuccess: () => {
      void message.success(t('password.done'));
      onClose();
    },
  });
  const leaving = useUnsaved(touched && !change.isPending && !change.isSuccess);
  return (
    <Modal
      open
      title={t('password.title')}
      okText={t('action.save')}
      cancelText={t('action.cancel')}
      confirmLoading={change.isPending}
      onOk={() => form.submit()}
      onCancel={() => leaving(onClose)}
    >
      <p className="quiet">{t('password.help')}</p>
      {change.isError && <ProblemView error={change.error} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onValuesChange={() => setTouched(true)}
        onFinish={(values) => change.mutate(values)}
      >
        <Form.Item
          name="current"
          label={t('password.current')}
          rules={[{ required: true, message: t('form.passwordNeeded') }]}
        >
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Form.Item
          name="next"
          label={t('password.next')}
          rules={[{ required: true, min: 10, max: 200, message: t('form.passwordLength') }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="again"
          label={t('password.again')}
          dependencies={['next']}
          rules={[
            { required: true, message: t('form.passwordNeeded') },
            ({ getFieldValue }) => ({
              validator: (_, value) =>
                value === getFieldValue('next')
                  ? Promise.resolve()
                  : Promise.reject(new Error(t('form.passwordDiffers'))),
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
