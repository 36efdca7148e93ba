-- 结关, when customs closed the list, beside 放行 (`released_at`): the first receipt with the verdict `cleared`, by customs' own time.
alter table declarations add column cleared_at timestamptz;
update declarations c set cleared_at = s.at
  from (select d.declaration_id, min(r.return_time) as at
          from receipts r join documents d on d.id = r.document_id
         where r.return_status = '899' and r.return_time is not null and d.filing is null and d.declaration_id is not null
           and not r.duplicate_notice
         group by 1) as s
 where c.id = s.declaration_id and c.verdict in ('released', 'cleared');
