import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { Link, useNavigate } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import { Panel } from '../parts/page.js';
import { certificateLooks } from '../parts/states.js';
import { StateTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';

/** Certificates of origin that cover goods of a declaration, and the way to apply for one. */
export function DeclarationCertificates({
  declarationId,
  offers,
}: {
  declarationId: string;
  /** One may apply for a certificate here. */
  offers: boolean;
}) {
  const { t, text } = useTexts();
  const navigate = useNavigate();
  const filter = { declarationId };
  const query = useQuery({
    queryKey: keys.certificates(filter),
    queryFn: ({ signal }) => api.certificates(filter, undefined, 50, signal),
  });
  const items = query.data?.items ?? [];
  if (items.length === 0 && !offers) return null;
  return (
    <Panel
      title={t('certificates.ofDeclaration')}
      extra={
        offers && (
          <Button
            size="small"
            onClick={() => void navigate(`/certificates/new?declaration=${declarationId}`)}
          >
            {t('certificates.new')}
          </Button>
        )
      }
    >
      {items.length === 0 ? (
        <span className="quiet">{t('certificates.none')}</span>
      ) : (
        <ul className="plain-list">
          {items.map((one) => (
            <li key={one.id}>
              <Link to={`/certificates/${one.id}`} className="mono">
                {one.certNo}
              </Link>{' '}
              {text(one.type.text)} <StateTag look={certificateLooks[one.state]} />
              {one.concerns.map((fault) => (
                <div key={`${fault.code} ${fault.path}`} className="warn-text small">
                  {text(fault.message)}
                </div>
              ))}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
