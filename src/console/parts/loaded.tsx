import type { ReactNode } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useTexts } from '../texts/index.js';
import { PageHead } from './page.js';
import { errorSentence, ProblemView } from './problem.js';

interface LoadedProps<Data> {
  query: UseQueryResult<Data>;
  children: (data: Data) => ReactNode;
}

/** A page of one thing: waited for, failed with another try, or there. */
export function Loaded<Data>({ query, children }: LoadedProps<Data>) {
  const texts = useTexts();
  if (query.isPending) return <Skeleton active paragraph={{ rows: 12 }} className="page-skeleton" />;
  if (query.isError)
    return (
      <>
        <PageHead title={errorSentence(query.error, texts)} />
        <ProblemView error={query.error} onRetry={() => void query.refetch()} />
      </>
    );
  return children(query.data);
}
