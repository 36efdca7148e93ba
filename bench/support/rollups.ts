/** Runs a statement of a filling and says how long it took. */
export type Step = (name: string, sql: string, values?: unknown[]) => Promise<void>;

/**
 * Makes cells, rollups and coarse sums of counting records that were filled in by SQL in folded batches. `deltasSince`
 * keeps the deltas and the days of recording from this moment on, which questions about a past moment take apart; none
 * when left out.
 */
export async function fillRollups(step: Step, deltasSince?: Date): Promise<void> {
  const dimensions = `measure, month, tenant_id, enterprise, seller_name, regime, direction, platform_code, channel, district,
    park, source_place, country, port, transport`;
  const amounts = `sum(r.lead::int), count(*), count(*) filter (where r.rate_id is null), coalesce(sum(r.cny), 0), coalesce(sum(r.usd), 0)`;
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
     select r.cell_id, b.recorded_month, ${amounts}
       from counting_records r join counting_batches b on b.id = r.batch_id group by 1, 2`,
  );
  if (deltasSince)
    await step(
      'deltas',
      `insert into figure_deltas select r.batch_id, r.cell_id, ${amounts}
         from counting_records r join counting_batches b on b.id = r.batch_id where b.recorded_at >= $1 group by 1, 2`,
      [deltasSince],
    );
  const zero = `'00000000-0000-0000-0000-000000000000'::uuid`;
  const sums = 'sum(s.documents), sum(s.lines), sum(s.unrated), sum(s.cny), sum(s.usd)';
  for (const [cube, tenant, enterprise, country, places] of [
    ['enterprise', 'f.tenant_id', 'f.enterprise', `''`, `'', '', '', ''`],
    ['destination', 'f.tenant_id', 'f.enterprise', 'f.country', `'', '', '', ''`],
    ['place', zero, `''`, 'f.country', 'f.port, f.transport, f.channel, f.platform_code'],
  ] as const) {
    const park = cube === 'enterprise' ? 'f.district, f.park' : `'', ''`;
    const cell = `${tenant}, f.measure, f.month, f.regime, f.direction, ${enterprise}, ${park}, ${country}, ${places}`;
    const rows = (recorded: string, from: string) => `
      insert into figure_cubes
      select '${cube}', ${recorded}, md5(concat_ws(chr(31), ${cell}))::uuid, ${cell}, ${sums}
        from ${from} join figure_cells f on f.id = s.cell_id
       group by 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16`;
    await step(`coarse sum ${cube}`, rows('s.recorded_month', 'figure_rollups s'));
    if (deltasSince && cube !== 'destination')
      await step(
        `its days`,
        rows(
          `to_char(b.recorded_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD')`,
          'figure_deltas s join counting_batches b on b.id = s.batch_id',
        ),
      );
  }
}
