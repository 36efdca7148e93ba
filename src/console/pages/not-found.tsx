import { Button, Result } from 'antd';
import { Link } from 'react-router-dom';
import { useTexts } from '../texts/index.js';

export function NotFoundPage() {
  const { t } = useTexts();
  return (
    <Result
      status="404"
      title={t('notFound.title')}
      subTitle={t('notFound.help')}
      extra={
        <Link to="/">
          <Button type="primary">{t('notFound.home')}</Button>
        </Link>
      }
    />
  );
}
