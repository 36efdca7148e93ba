import { useState } from 'react';
import { DeleteOutlined, FileExcelOutlined, SettingOutlined, StarOutlined } from '@ant-design/icons';
import { Button, Checkbox, Dropdown, Input, Modal, Popover } from 'antd';
import { useLocation, useNavigate } from 'react-router-dom';
import { withQuery } from '../api/client.js';
import type { DeclarationQuery } from '../api/types.js';
import { rememberViews, savedViews } from '../api/views.js';
import { MadeFileButton } from '../parts/made-file.js';
import { useTexts } from '../texts/index.js';

interface DeclarationsToolsProps {
  query: DeclarationQuery;
  columns: { key: string; title: string }[];
  hidden: readonly string[];
  onHide: (keys: string[]) => void;
}

/** What one may do with the list as a whole: filters kept by name, choice of columns, the rows as an Excel file. */
export function DeclarationsTools({ query, columns, hidden, onHide }: DeclarationsToolsProps) {
  const { t } = useTexts();
  return (
    <div className="list-tools">
      <SavedViews />
      <Popover
        trigger="click"
        placement="bottomRight"
        title={t('queue.columns')}
        content={
          <div className="column-choice">
            {columns.map(({ key, title }) => (
              <Checkbox
                key={key}
                checked={!hidden.includes(key)}
                onChange={(event) =>
                  onHide(event.target.checked ? hidden.filter((one) => one !== key) : [...hidden, key])
                }
              >
                {title}
              </Checkbox>
            ))}
          </div>
        }
      >
        <Button icon={<SettingOutlined />}>{t('queue.columns')}</Button>
      </Popover>
      <MadeFileButton path={withQuery('/v1/declarations/xlsx', query)} icon={<FileExcelOutlined />}>
        {t('queue.excel')}
      </MadeFileButton>
    </div>
  );
}

const MOST = 20;

function SavedViews() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { search } = useLocation();
  const [views, setViews] = useState(savedViews);
  const [name, setName] = useState<string | null>(null);
  const keep = (next: typeof views) => {
    setViews(next);
    rememberViews(next);
  };
  const save = () => {
    const given = (name ?? '').trim();
    if (given === '') return;
    const query = new URLSearchParams(search);
    query.delete('cursor');
    keep(
      [{ name: given, search: query.toString() }, ...views.filter((one) => one.name !== given)].slice(
        0,
        MOST,
      ),
    );
    setName(null);
  };
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            ...views.map((view) => ({
              key: view.name,
              label: (
                <span className="saved-view">
                  {view.name}
                  <Button
                    size="small"
                    type="text"
                    icon={<DeleteOutlined />}
                    aria-label={t('queue.viewDelete', { name: view.name })}
                    onClick={(event) => {
                      event.stopPropagation();
                      keep(views.filter((one) => one.name !== view.name));
                    }}
                  />
                </span>
              ),
              onClick: () => void navigate({ search: view.search === '' ? '' : `?${view.search}` }),
            })),
            ...(views.length > 0 ? [{ type: 'divider' as const }] : []),
            { key: '+', label: t('queue.viewSave'), onClick: () => setName('') },
          ],
        }}
      >
        <Button icon={<StarOutlined />}>{t('queue.views')}</Button>
      </Dropdown>
      <Modal
        open={name !== null}
        title={t('queue.viewSave')}
        okText={t('action.save')}
        cancelText={t('action.cancel')}
        okButtonProps={{ disabled: (name ?? '').trim() === '' }}
        onOk={save}
        onCancel={() => setName(null)}
      >
        <p className="quiet">{t('queue.viewHelp')}</p>
        <Input
          autoFocus
          maxLength={30}
          aria-label={t('queue.viewName')}
          placeholder={t('queue.viewName')}
          value={name ?? ''}
          onChange={(event) => setName(event.target.value)}
          onPressEnter={save}
        />
      </Modal>
    </>
  );
}
