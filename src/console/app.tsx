import { useState } from 'react';
import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider, Spin } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import {
  createBrowserRouter,
  Navigate,
  Outlet,
  Route,
  RouterProvider,
  Routes,
  useLocation,
} from 'react-router-dom';
import { LiveUpdates } from './api/live.js';
import { makeQueryClient, meQuery } from './api/queries.js';
import { homeOf, mayOpen, MeContext, useMe, type Section } from './api/session.js';
import { PageBoundary } from './parts/boundary.js';
import { useFocusKept } from './parts/focus.js';
import { page } from './parts/page-loading.js';
import { ProblemView } from './parts/problem.js';
import { SchemeProvider, useScheme } from './parts/scheme.js';
import { Shell } from './parts/shell.js';
import { NotFoundPage } from './pages/not-found.js';
import { SignInPage } from './pages/sign-in.js';
import { TextsProvider, useTexts } from './texts/index.js';
import { themeOf } from './theme.js';

const ActivatePage = page(() => import('./pages/activate.js'));
const UploadPage = page(() => import('./pages/upload.js'));
const DefaultsPage = page(() => import('./pages/defaults.js'));
const GoodsPage = page(() => import('./pages/goods.js'));
const ImportPage = page(() => import('./pages/import.js'));
const HomePage = page(() => import('./pages/home.js'));
const DeclarationsPage = page(() => import('./pages/declarations.js'));
const DeclarationPage = page(() => import('./pages/declaration.js'));
const GoodsFormPage = page(() => import('./pages/goods-form.js'));
const ListFormsPage = page(() => import('./pages/list-forms.js'));
const RefusalsPage = page(() => import('./pages/refusals.js'));
const InspectionsPage = page(() => import('./pages/inspections.js'));
const CertificatesPage = page(() => import('./pages/certificates.js'));
const CertificatePage = page(() => import('./pages/certificate.js'));
const CertificateNewPage = page(() => import('./pages/certificate-new.js'));
const FilingsPage = page(() => import('./pages/filings.js'));
const NewFilingPage = page(() => import('./pages/filing-new.js'));
const FilingBatchPage = page(() => import('./pages/filing-batch.js'));
const FilingBatchDraftPage = page(() => import('./pages/filing-batch-draft.js'));
const FilingPage = page(() => import('./pages/filing.js'));
const AdviserPage = page(() => import('./pages/adviser.js'));
const WarehousesPage = page(() => import('./pages/warehouses.js'));
const WarehousePage = page(() => import('./pages/warehouse.js'));
const StockPage = page(() => import('./pages/stock.js'));
const WarehouseFiguresPage = page(() => import('./pages/warehouse-figures.js'));
const SettlementsPage = page(() => import('./pages/settlements.js'));
const TaxRecordsPage = page(() => import('./pages/tax-records.js'));
const RegistryPage = page(() => import('./pages/registry.js'));
const RegistryEnterprisePage = page(() => import('./pages/registry-enterprise.js'));
const ReportsPage = page(() => import('./pages/reports.js'));
const HistoryPage = page(() => import('./pages/history.js'));
const TurnoverPage = page(() => import('./pages/turnover.js'));
const TotalsPage = page(() => import('./pages/totals.js'));
const TotalsRecordsPage = page(() => import('./pages/totals-records.js'));
const TotalsRecordPage = page(() => import('./pages/totals-record.js'));
const TrayPage = page(() => import('./pages/tray.js'));
const AwardsPage = page(() => import('./pages/awards.js'));
const AwardRoundPage = page(() => import('./pages/award-round.js'));
const AwardSheetPage = page(() => import('./pages/award-sheet.js'));
const AwardComparePage = page(() => import('./pages/award-compare.js'));
const PoliciesPage = page(() => import('./pages/policies.js'));
const PolicyPage = page(() => import('./pages/policy.js'));
const EstimatePage = page(() => import('./pages/estimate.js'));
const IndicatorsPage = page(() => import('./pages/indicators.js'));
const ManagePage = page(() => import('./pages/manage.js'));

/** Everything behind it needs a session; without one the sign-in page remembers where to come back to. */
function SignedIn() {
  const me = useQuery(meQuery);
  const { pathname, search } = useLocation();
  if (me.isPending) return <Spin fullscreen delay={300} />;
  if (me.isError) {
    return (
      <div className="alone">
        <ProblemView error={me.error} onRetry={() => void me.refetch()} />
      </div>
    );
  }
  if (!me.data) return <Navigate to="/sign-in" replace state={{ from: pathname + search }} />;
  return (
    <MeContext value={me.data}>
      <LiveUpdates>
        <Shell />
      </LiveUpdates>
    </MeContext>
  );
}

function Home() {
  return <Navigate to={homeOf(useMe().role)} replace />;
}

/** A page of a section the role does not have is as if it were not there. */
function Allowed({ section }: { section: Section }) {
  return mayOpen(useMe().role, section) ? <Outlet /> : <NotFoundPage />;
}

function Pages() {
  return (
    <Routes>
      <Route path="/sign-in" element={<SignInPage />} />
      <Route
        path="/activate"
        element={
          <PageBoundary place="activate">
            <ActivatePage />
          </PageBoundary>
        }
      />
      <Route element={<SignedIn />}>
        <Route index element={<Home />} />
        <Route element={<Allowed section="home" />}>
          <Route path="/home" element={<HomePage />} />
        </Route>
        <Route element={<Allowed section="upload" />}>
          <Route path="/upload" element={<UploadPage />} />
          <Route path="/upload/defaults" element={<DefaultsPage />} />
          <Route path="/upload/goods" element={<GoodsPage />} />
          <Route path="/upload/:id" element={<ImportPage />} />
        </Route>
        <Route element={<Allowed section="declarations" />}>
          <Route path="/declarations" element={<DeclarationsPage />} />
          <Route path="/declarations/print" element={<ListFormsPage />} />
          <Route path="/declarations/:id" element={<DeclarationPage />} />
          <Route path="/declarations/:id/form" element={<GoodsFormPage />} />
        </Route>
        <Route element={<Allowed section="refusals" />}>
          <Route path="/refusals" element={<RefusalsPage />} />
        </Route>
        <Route element={<Allowed section="inspections" />}>
          <Route path="/inspections" element={<InspectionsPage />} />
        </Route>
        <Route element={<Allowed section="certificates" />}>
          <Route path="/certificates" element={<CertificatesPage />} />
          <Route path="/certificates/new" element={<CertificateNewPage />} />
          <Route path="/certificates/:id" element={<CertificatePage />} />
          <Route path="/certificates/:id/edit" element={<CertificateNewPage />} />
        </Route>
        <Route element={<Allowed section="filings" />}>
          <Route path="/filings" element={<FilingsPage />} />
          <Route path="/filings/new" element={<NewFilingPage />} />
          <Route path="/filings/batches/:id" element={<FilingBatchPage />} />
          <Route path="/filings/batches/:id/:number" element={<FilingBatchDraftPage />} />
          <Route path="/filings/:id" element={<FilingPage />} />
        </Route>
        <Route element={<Allowed section="adviser" />}>
          <Route path="/adviser" element={<AdviserPage />} />
        </Route>
        <Route element={<Allowed section="totals" />}>
          <Route path="/totals" element={<TotalsPage />} />
          <Route path="/totals/records" element={<TotalsRecordsPage />} />
          <Route path="/totals/records/:id" element={<TotalsRecordPage />} />
        </Route>
        <Route element={<Allowed section="turnover" />}>
          <Route path="/turnover" element={<TurnoverPage />} />
        </Route>
        <Route element={<Allowed section="history" />}>
          <Route path="/history" element={<HistoryPage />} />
        </Route>
        <Route element={<Allowed section="reports" />}>
          <Route path="/reports" element={<ReportsPage />} />
        </Route>
        <Route element={<Allowed section="awards" />}>
          <Route path="/awards" element={<AwardsPage />} />
          <Route path="/awards/compare/:left/:right" element={<AwardComparePage />} />
          <Route path="/awards/:id" element={<AwardRoundPage />} />
          <Route path="/awards/:id/:tab" element={<AwardRoundPage />} />
          <Route path="/awards/:id/enterprises/:code" element={<AwardSheetPage />} />
        </Route>
        <Route element={<Allowed section="policies" />}>
          <Route path="/policies" element={<PoliciesPage />} />
          <Route path="/policies/:id" element={<PolicyPage />} />
        </Route>
        <Route element={<Allowed section="estimate" />}>
          <Route path="/estimate" element={<EstimatePage />} />
        </Route>
        <Route element={<Allowed section="indicators" />}>
          <Route path="/indicators" element={<IndicatorsPage />} />
        </Route>
        <Route element={<Allowed section="warehouses" />}>
          <Route path="/warehouses" element={<WarehousesPage />} />
          <Route path="/warehouses/:id" element={<WarehousePage />} />
          <Route path="/warehouses/:id/:tab" element={<WarehousePage />} />
        </Route>
        <Route element={<Allowed section="stock" />}>
          <Route path="/stock" element={<StockPage />} />
        </Route>
        <Route element={<Allowed section="warehouse-figures" />}>
          <Route path="/warehouse-figures" element={<WarehouseFiguresPage />} />
        </Route>
        <Route element={<Allowed section="settlements" />}>
          <Route path="/settlements" element={<SettlementsPage />} />
        </Route>
        <Route element={<Allowed section="tax-records" />}>
          <Route path="/tax-records" element={<TaxRecordsPage />} />
        </Route>
        <Route element={<Allowed section="registry" />}>
          <Route path="/registry" element={<RegistryPage />} />
          <Route path="/registry/:code" element={<RegistryEnterprisePage />} />
        </Route>
        <Route element={<Allowed section="tray" />}>
          <Route path="/tray" element={<TrayPage />} />
        </Route>
        <Route element={<Allowed section="manage" />}>
          <Route path="/manage" element={<ManagePage />} />
          <Route path="/manage/:tab" element={<ManagePage />} />
        </Route>
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}

function Localised() {
  const { language } = useTexts();
  const { scheme } = useScheme();
  useFocusKept();
  dayjs.locale(language === 'zh' ? 'zh-cn' : 'en');
  return (
    <ConfigProvider
      locale={language === 'zh' ? zhCN : enUS}
      theme={themeOf(scheme, language)}
      button={{ autoInsertSpace: false }}
    >
      <AntApp>
        <Pages />
      </AntApp>
    </ConfigProvider>
  );
}

// A data router, because only that one can hold back a page change while something typed is not saved.
const router = createBrowserRouter([{ path: '*', element: <Localised /> }]);

export function Console() {
  const [client] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={client}>
      <TextsProvider>
        <SchemeProvider>
          <RouterProvider router={router} />
        </SchemeProvider>
      </TextsProvider>
    </QueryClientProvider>
  );
}
