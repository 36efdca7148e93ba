import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { Navigate, useLocation } from 'react-router-dom';
import { api } from '../api/calls.js';
import { ApiError } from '../api/client.js';
import { meQuery, setIdentity } from '../api/queries.js';
import type { SignIn } from '../api/types.js';
import { Doorway } from '../parts/doorway.js';
import { ProblemView } from '../parts/problem.js';
import { useTexts } from '../texts/index.js';

/** Where the visitor was going; only a path of this console is followed. */
function cameFrom(state: unknown): string {
  const from = typeof state === 'object' && state !== null && 'from' in state ? state.from : undefined;
  return typeof from === 'string' && from.startsWith('/') && !from.startsWith('//') ? from : '/';
}

export function SignInPage() {
  const { t } = useTexts();
  const location = useLocation();
  const client = useQueryClient();
  const me = useQuery(meQuery);
  const signIn = useMutation({
    mutationFn: (values: SignIn) => api.signIn(values),
    onSuccess: (answer) => setIdentity(client, answer),
  });

  if (me.data) return <Navigate to={cameFrom(location.state)} replace />;

  const wrong = signIn.error instanceof ApiError && signIn.error.status === 401;
  return (
    <Doorway title={t('session.signIn')}>
      {signIn.isError &&
        (wrong ? (
          <p className="door-error" role="alert">
            {t('session.wrong')}
          </p>
        ) : (
          <ProblemView error={signIn.error} />
        ))}
      <Form<SignIn> layout="vertical" requiredMark={false} onFinish={(values) => signIn.mutate(values)}>
        <Form.Item
          name="email"
          label={t('field.email')}
          rules={[{ required: true, type: 'email', message: t('form.emailNeeded') }]}
        >
          <Input size="large" autoComplete="username" autoFocus inputMode="email" />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('field.password')}
          rules={[{ required: true, message: t('form.passwordNeeded') }]}
        >
          <Input.Password size="large" autoComplete="current-password" />
        </Form.Item>
        <Button type="primary" size="large" htmlType="submit" block loading={signIn.isPending}>
          {t('session.signIn')}
        </Button>
      </Form>
      <p className="quiet door-note">{t('session.help')}</p>
    </Doorway>
  );
}
