-- What a declaration was accepted with stays with it: the day whose customs regime it follows, for each document the
-- messages of the declaration it goes after, and the edition of the specification it is written in.
alter table declarations add column accepted_on date;
update declarations set accepted_on = (created_at at time zone 'Asia/Shanghai')::date;
alter table declarations alter column accepted_on set not null;
alter table declarations alter column accepted_on set default (now() at time zone 'Asia/Shanghai')::date;

alter table documents add column goes_after text[] not null default '{}';
-- Empty: the edition in force, and families that have only one.
alter table documents add column edition text;

-- Until now every regime asked for the same order of messages, and there was one edition.
update documents d
   set goes_after = case
         when d.filing is not null or d.declaration_id is null then '{}'
         when d.message_type = 'CEB621Message' then array['CEB311Message', 'CEB411Message', 'CEB511Message']
         when d.message_type = 'CEB603Message' and (select regime from declarations c where c.id = d.declaration_id) in ('9710', '9810')
           then array['CEB303Message', 'CEB505Message']
         when d.message_type = 'CEB603Message' then array['CEB303Message', 'CEB403Message', 'CEB505Message']
         else '{}' end,
       edition = '202205'
 where d.message_type ~ '^CEB[0-9]{3}Message$';
