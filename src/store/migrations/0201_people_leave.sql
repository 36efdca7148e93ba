-- An enterprise that left opens nothing any more; what was done to accounts, keys and tables is on record with its actor.
alter table tenants add column active boolean not null default true;
alter table account_log drop constraint account_log_action_check;
alter table account_log add constraint account_log_action_check check (action in (
  'disabled', 'enabled', 'reset', 'sessions-ended', 'password-changed', 'certificate-revoked', 'added', 'changed',
  'enterprise-added', 'enterprise-changed', 'enterprise-disabled', 'enterprise-enabled', 'key-added', 'key-rotated',
  'key-revoked', 'mandate-added', 'mandate-revoked', 'certificate-registered', 'keys-reloaded', 'rates-imported'));
