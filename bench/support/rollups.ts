/** Makes cells and rollups of counting records that were filled in by SQL, all of one folded batch. */
export async function fillRollups(step: (name: string, sql: string) => Promise<void>): Promise<void> {
  const dimensions = `measure, month, tenant_id, enterprise, seller_name, regime, direction, platform_code, channel, district,
    park, source_place, country, port, transport`;
  // Without statistics the planner joins record by record.
  await step('statistics', 'analyze counting_records, counting_batches');
  await step(
    'figure cells',
    `insert into figure_cells (id, ${dimensions})
     select distinct on (cell_id) cell_id, ${dimensions} from counting_records order by cell_id`,
  );
  await step(
    'figure rollups',
    `insert into figure_rollups (cell_id, recorded_month, documents, lines, unrated, cny, usd)
     select r.cell_id, b.recorded_month, sum(r.lead::int), count(*), count(*) filter (where r.rate_id is null), sum(r.cny), sum(r.usd)
       from counting_records r join counting_batches b on b.id = r.batch_id group by 1, 2`,
  );
}
