import { Alert, Button, Modal } from 'antd';
import { useTexts } from '../texts/index.js';
import { Copyable } from './copy.js';

export interface Secret {
  title: string;
  help: string;
  value: string;
}

/** Shows something that is never shown again; it closes only by its button, so that a stray click loses nothing. */
export function SecretModal({ secret, onClose }: { secret: Secret | null; onClose: () => void }) {
  const { t } = useTexts();
  return (
    <Modal
      open={secret !== null}
      title={secret?.title}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('secret.kept')}
        </Button>
      }
      destroyOnHidden
    >
      {secret && (
        <>
          <Alert type="warning" showIcon title={secret.help} />
          <p className="secret">
            <Copyable value={secret.value} what={secret.title} />
          </p>
        </>
      )}
    </Modal>
  );
}
