-- Historical documents may bear the number of a merged declaration (报关单号 of a CEB792 result): its lists are counted.
create index pushed_messages_entry on pushed_messages ((body -> 'head' ->> 'entryId')) where message_type = 'CEB792Message';
