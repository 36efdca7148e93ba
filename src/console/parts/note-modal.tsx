import { Form, Input, Modal } from 'antd';
import type { ReactNode } from 'react';
import { useTexts } from '../texts/index.js';
import { DocumentPick } from './document-pick.js';
import { useUnsaved } from './unsaved.js';

export interface NoteValues {
  note: string;
  documentId?: string;
}

interface NoteModalProps {
  open: boolean;
  title: ReactNode;
  help: ReactNode;
  confirm: string;
  busy: boolean;
  /** Also asks which document a receipt belongs to. */
  asksDocument?: boolean;
  onCancel: () => void;
  onSubmit: (values: NoteValues) => void;
}

/** A decision that stays on record asks for its reason before it is made. */
export function NoteModal(props: NoteModalProps) {
  const { t } = useTexts();
  const [form] = Form.useForm<NoteValues>();
  const note = Form.useWatch('note', form);
  const leaving = useUnsaved(props.open && !props.busy && (note ?? '').trim() !== '');
  return (
    <Modal
      open={props.open}
      title={props.title}
      okText={props.confirm}
      cancelText={t('action.cancel')}
      confirmLoading={props.busy}
      onCancel={() => leaving(props.onCancel)}
      onOk={() => form.submit()}
      destroyOnHidden
    >
      <p className="quiet">{props.help}</p>
      <Form<NoteValues>
        form={form}
        layout="vertical"
        preserve={false}
        onFinish={props.onSubmit}
        requiredMark={false}
      >
        {props.asksDocument && (
          <Form.Item
            name="documentId"
            label={t('tray.documentId')}
            rules={[{ required: true, message: t('tray.documentIdBad') }]}
          >
            <DocumentPick />
          </Form.Item>
        )}
        <Form.Item
          name="note"
          label={t('field.note')}
          rules={[{ required: true, whitespace: true, message: t('form.noteNeeded') }]}
        >
          <Input.TextArea rows={3} maxLength={500} showCount />
        </Form.Item>
      </Form>
    </Modal>
  );
}
