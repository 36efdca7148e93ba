import { Button, Empty } from 'antd';
import { Link } from 'react-router-dom';
import { PageHead, Panel } from '../parts/page.js';
import { useTexts } from '../texts/index.js';

export function NotFoundPage() {
  const { t } = useTexts();
  return (
    <>
      <PageHead title={t('notFound.title')} sub={t('notFound.help')} />
      <Panel>
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={null}>
          <Link to="/">
            <Button type="primary">{t('notFound.home')}</Button>
          </Link>
        </Empty>
      </Panel>
    </>
  );
}
