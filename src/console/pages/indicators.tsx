import { useState } from 'react';
import { keepPreviousData, useQuery, useQueryClient, useMutation } from '@tanstack/react-query';
import { Button, Form, Input, InputNumber, Modal, Skeleton, Table, Tag, type TableColumnsType } from 'antd';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { IndicatorPlan, IndicatorShown } from '../api/types.js';
import { decimalText, monthNow, timeText } from '../parts/format.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView, useFailure } from '../parts/problem.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts, type TextKey } from '../texts/index.js';
import { ClearanceTimes } from './indicators-clearance.js';

/** Baseline, target and actual of every indicator of the plans; what officers gave stands apart and is marked. */
export default function IndicatorsPage() {
  const { t, text } = useTexts();
  const [year, setYear] = useState(Number(monthNow().slice(0, 4)));
  const [giving, setGiving] = useState<IndicatorShown | null>(null);
  const query = useQuery({
    queryKey: keys.indicators(year),
    queryFn: ({ signal }) => api.indicators(year, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead
        title={t('indicators.title')}
        sub={
          <>
            {t('indicators.sub')}
            {query.data && ` · ${t('round.asOf', { time: timeText(query.data.asOf) })}`}
          </>
        }
        actions={
          <InputNumber
            aria-label={t('rounds.year')}
            value={year}
            min={2000}
            max={2100}
            precision={0}
            onChange={(value) => value && setYear(value)}
          />
        }
      />
      {query.isError ? (
        <ProblemView error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data ? (
        <div className={query.isPlaceholderData ? 'stale' : ''}>
          {query.data.plans.map((plan) => (
            <Panel
              key={plan.id}
              flush
              title={
                <>
                  {text(plan.title)} {plan.docNo && <span className="quiet small">{plan.docNo}</span>}{' '}
                  {plan.status === 'draft' && <Tag>{t('policies.draft')}</Tag>}
                  {plan.over && <Tag>{t('indicators.over')}</Tag>}
                  {!plan.seen && <Tag color="red">{t('policies.unseen')}</Tag>}
                </>
              }
              extra={
                <span className="quiet num">
                  {plan.validFrom ?? ''} – {plan.validTo ?? ''}
                </span>
              }
            >
              <PlanTable plan={plan} onGive={setGiving} />
            </Panel>
          ))}
          <p className="quiet small">{t('indicators.onTop')}</p>
        </div>
      ) : (
        <Skeleton active paragraph={{ rows: 12 }} className="page-skeleton" />
      )}
      {giving && <Give indicator={giving} year={year} onClose={() => setGiving(null)} />}
    </>
  );
}

const UNITS: Record<string, TextKey> = {
  亿元: 'indicators.unit.hundredMillionYuan',
  家: 'indicators.unit.enterprises',
  个: 'indicators.unit.items',
  人: 'indicators.unit.people',
  万户: 'indicators.unit.tenThousandHouseholds',
  万单: 'indicators.unit.tenThousandOrders',
  seconds: 'indicators.unit.seconds',
};

/** The unit of an indicator in the reader's language; a sign such as % stays as it is. */
function useUnits(): (unit: string) => string {
  const { t } = useTexts();
  return (unit) => {
    const word = UNITS[unit];
    return word ? t(word) : unit;
  };
}

function PlanTable({ plan, onGive }: { plan: IndicatorPlan; onGive: (indicator: IndicatorShown) => void }) {
  const { t, text } = useTexts();
  const unitOf = useUnits();
  const columns: TableColumnsType<IndicatorShown> = [
    {
      title: t('indicators.name'),
      className: 'wide-text',
      render: (_, indicator) => (
        <>
          {text(indicator.name)}
          <div className="quiet small">{text(indicator.scope)}</div>
        </>
      ),
    },
    {
      title: t('indicators.baseline'),
      align: 'right',
      className: 'num',
      render: (_, { baseline, unit }) => baseline && <Stated of={baseline} unit={unitOf(unit)} />,
    },
    {
      title: t('indicators.target'),
      align: 'right',
      className: 'num',
      render: (_, { target, unit }) =>
        target &&
        ('value' in target ? (
          <Stated of={target} unit={unitOf(unit)} />
        ) : (
          <>
            {decimalText(target.from)}–{decimalText(target.to)} {unitOf(unit)}{' '}
            <small className="quiet">{target.year}</small>
          </>
        )),
    },
    {
      title: t('indicators.computed'),
      align: 'right',
      className: 'num',
      render: (_, { computed, unit, clearance, formula }) =>
        computed ? (
          <>
            <b>{decimalText(computed.value)}</b> {unitOf(unit)} <Progress of={computed.progress} />
            <div className="quiet small">
              {t('indicators.enterprises', { count: computed.enterprises })}
              {(computed.districtUnknown ?? 0) > 0 &&
                ` · ${t('indicators.unknownDistrict', { count: computed.districtUnknown ?? 0 })}`}
            </div>
          </>
        ) : clearance ? (
          <ClearanceTimes lines={clearance} />
        ) : (
          formula === 'given' && <span className="quiet">{t('indicators.cannot')}</span>
        ),
    },
    {
      title: t('indicators.given'),
      render: (_, indicator) => (
        <>
          {indicator.given && (
            <>
              <Tag color="purple">{t('indicators.given')}</Tag>
              <b className="num">{decimalText(indicator.given.value)}</b> {unitOf(indicator.unit)}{' '}
              <Progress of={indicator.given.progress} />
              <div className="quiet small">
                {t('indicators.source', { source: indicator.given.source })} · {indicator.given.givenBy} ·{' '}
                {timeText(indicator.given.givenAt)}
              </div>
            </>
          )}
        </>
      ),
    },
    {
      title: t('indicators.coverage'),
      className: 'wide-text small',
      render: (_, { coverage }) => <span className="quiet">{text(coverage)}</span>,
    },
    {
      title: '',
      key: 'give',
      className: 'row-acts no-print',
      render: (_, indicator) =>
        indicator.formula !== 'clearance' && (
          <Button size="small" onClick={() => onGive(indicator)}>
            {t('indicators.give')}
          </Button>
        ),
    },
  ];
  return (
    <Table<IndicatorShown>
      size="small"
      rowKey="id"
      columns={columns}
      dataSource={plan.indicators}
      pagination={false}
      tableLayout="auto"
      scroll={{ x: 900 }}
    />
  );
}

/** A number of a plan with the year it is for. */
function Stated({ of, unit }: { of: { year: number; value: string; op: string }; unit: string }) {
  const sign = of.op === '=' ? '' : of.op === '>=' ? '≥ ' : '> ';
  return (
    <>
      {sign}
      {decimalText(of.value)} {unit} <small className="quiet">{of.year}</small>
    </>
  );
}

/** `0.4231` of the target as 42.31 %. */
function Progress({ of }: { of: string | null }) {
  const { t } = useTexts();
  if (of === null) return null;
  return <Tag>{`${t('indicators.progress')} ${(Number(of) * 100).toFixed(1)}%`}</Tag>;
}

interface GiveValues {
  value: string;
  source: string;
}

function Give({
  indicator,
  year,
  onClose,
}: {
  indicator: IndicatorShown;
  year: number;
  onClose: () => void;
}) {
  const { t, text } = useTexts();
  const unitOf = useUnits();
  const [form] = Form.useForm<GiveValues>();
  const typed = Form.useWatch('source', form);
  const client = useQueryClient();
  const fail = useFailure();
  const give = useMutation({
    mutationFn: (values: GiveValues) => api.giveIndicator(indicator.id, { ...values, year }),
    onSuccess: (answer) => {
      client.setQueryData(keys.indicators(year), answer);
      onClose();
    },
    onError: fail,
  });
  const leaving = useUnsaved(!give.isPending && !give.isSuccess && Boolean(typed?.trim()));
  return (
    <Modal
      open
      title={`${text(indicator.name)} · ${year}`}
      okText={t('action.save')}
      cancelText={t('action.cancel')}
      confirmLoading={give.isPending}
      onOk={() => form.submit()}
      onCancel={() => leaving(onClose)}
    >
      <Form<GiveValues>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(values) => give.mutate(values)}
      >
        <Form.Item
          name="value"
          label={t('indicators.value', { unit: unitOf(indicator.unit) })}
          rules={[{ required: true, pattern: /^\d{1,15}(\.\d{1,4})?$/, message: t('inputs.valueNeeded') }]}
        >
          <Input inputMode="decimal" autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="source"
          label={t('inputs.source')}
          rules={[{ required: true, whitespace: true, message: t('inputs.sourceNeeded') }]}
        >
          <Input.TextArea rows={2} maxLength={500} showCount />
        </Form.Item>
      </Form>
    </Modal>
  );
}
