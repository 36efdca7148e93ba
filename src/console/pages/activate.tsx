import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useNavigate, useSearchParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { setIdentity } from '../api/queries.js';
import { Doorway } from '../parts/doorway.js';
import { ProblemView } from '../parts/problem.js';
import { useTexts } from '../texts/index.js';

interface Values {
  email?: string;
  name?: string;
  password: string;
  again: string;
}

/** Opened from a one-time link: sets the password; the first operator also says who they are. */
export default function ActivatePage() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [query] = useSearchParams();
  const token = query.get('token') ?? '';
  const activate = useMutation({
    mutationFn: ({ email, name, password }: Values) =>
      api.activate({ token, password, email: email?.trim() || undefined, name: name?.trim() || undefined }),
    onSuccess: (me) => {
      setIdentity(client, me);
      void navigate('/', { replace: true });
    },
  });

  return (
    <Doorway title={t('activate.title')}>
      {token === '' ? (
        <Alert type="warning" showIcon title={t('activate.noToken')} />
      ) : (
        <>
          <p className="quiet">{t('activate.help')}</p>
          {activate.isError && <ProblemView error={activate.error} />}
          <Form<Values> layout="vertical" requiredMark={false} onFinish={(values) => activate.mutate(values)}>
            <Form.Item name="name" label={t('activate.name')} extra={t('activate.firstOnly')}>
              <Input autoComplete="name" maxLength={100} />
            </Form.Item>
            <Form.Item
              name="email"
              label={t('activate.email')}
              rules={[{ type: 'email', message: t('form.emailNeeded') }]}
            >
              <Input autoComplete="username" inputMode="email" />
            </Form.Item>
            <Form.Item
              name="password"
              label={t('field.newPassword')}
              rules={[{ required: true, min: 10, max: 200, message: t('form.passwordLength') }]}
            >
              <Input.Password autoComplete="new-password" />
            </Form.Item>
            <Form.Item
              name="again"
              label={t('field.passwordAgain')}
              dependencies={['password']}
              rules={[
                { required: true, message: t('form.passwordNeeded') },
                ({ getFieldValue }) => ({
                  validator: (_, value: string) =>
                    !value || value === getFieldValue('password')
                      ? Promise.resolve()
                      : Promise.reject(new Error(t('form.passwordDiffers'))),
                }),
              ]}
            >
              <Input.Password autoComplete="new-password" />
            </Form.Item>
            <Button type="primary" size="large" htmlType="submit" block loading={activate.isPending}>
              {t('activate.submit')}
            </Button>
          </Form>
        </>
      )}
    </Doorway>
  );
}
