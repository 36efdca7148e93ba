import { Component, Suspense, type ReactNode } from 'react';
import { Button, Result, Skeleton } from 'antd';
import { useTexts } from '../texts/index.js';
import { PageMissing } from './page-loading.js';

function Broken({ onRetry }: { onRetry: () => void }) {
  const { t } = useTexts();
  return (
    <Result
      status="warning"
      title={t('error.page')}
      subTitle={t('error.pageHelp')}
      extra={
        <Button type="primary" onClick={onRetry}>
          {t('action.retry')}
        </Button>
      }
    />
  );
}

/** Catches what a page throws while drawing; the header stays and the page can be tried again. */
class Boundary extends Component<{ children: ReactNode }, { failed: boolean; missing: boolean }> {
  override state = { failed: false, missing: false };

  static getDerivedStateFromError(error: unknown) {
    return { failed: true, missing: error instanceof PageMissing };
  }

  private readonly retry = () => {
    // What did not come is not asked for again by itself.
    if (this.state.missing) window.location.reload();
    else this.setState({ failed: false });
  };

  override render() {
    return this.state.failed ? <Broken onRetry={this.retry} /> : this.props.children;
  }
}

/**
 * A page's frame: retry when it breaks, a skeleton while the first one loads. `place` makes a new page start clean; the page
 * before it stays until the code of the new one is there, as React holds back what follows a skeleton for a third of a second.
 */
export function PageBoundary({ children, place }: { children: ReactNode; place: string }) {
  return (
    <Suspense fallback={<Skeleton active paragraph={{ rows: 8 }} className="page-skeleton" />}>
      <Boundary key={place}>{children}</Boundary>
    </Suspense>
  );
}
