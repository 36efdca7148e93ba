import type { ThemeConfig } from 'antd';

/** One palette for tokens, charts and styles.css (which repeats it as CSS variables, set from here). */
export const palette = {
  ink: '#1c2b36',
  quiet: '#5d6d79',
  line: '#dfe5ea',
  ground: '#f3f5f7',
  surface: '#ffffff',
  header: '#15303f',
  primary: '#1f5f86',
  accent: '#2f8f83',
  good: '#1e7f4f',
  warn: '#a8620b',
  bad: '#b93127',
  odd: '#6b4fa0',
} as const;

export const FONT =
  "'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', '微软雅黑', 'Hiragino Sans GB', system-ui, -apple-system, 'Segoe UI', sans-serif";
export const MONO =
  "'JetBrains Mono', 'SFMono-Regular', Consolas, 'Liberation Mono', 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', monospace";

export const theme: ThemeConfig = {
  token: {
    colorPrimary: palette.primary,
    colorInfo: palette.primary,
    colorLink: palette.primary,
    colorSuccess: palette.good,
    colorWarning: palette.warn,
    colorError: palette.bad,
    colorWarningBg: '#fdf5e6',
    colorWarningBorder: '#ebd2a0',
    colorErrorBg: '#fdf2f1',
    colorErrorBorder: '#eabfbb',
    colorText: palette.ink,
    colorTextSecondary: palette.quiet,
    colorBorder: '#cbd4db',
    colorBorderSecondary: palette.line,
    colorBgLayout: palette.ground,
    fontFamily: FONT,
    fontFamilyCode: MONO,
    fontSize: 13,
    borderRadius: 4,
    borderRadiusLG: 6,
    controlHeight: 30,
    wireframe: false,
    // Menus and dialogs stand at once: a click during an opening movement would miss its target.
    motion: false,
  },
  components: {
    Table: {
      headerBg: '#eef2f5',
      headerColor: palette.quiet,
      headerSplitColor: 'transparent',
      rowHoverBg: '#f4f8fa',
      cellPaddingBlockSM: 7,
      cellPaddingInlineSM: 10,
    },
    Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none' },
    Form: { itemMarginBottom: 16, verticalLabelPadding: '0 0 4px' },
    Segmented: { trackBg: '#e3e9ed' },
    Tabs: { horizontalItemPadding: '9px 0' },
    Descriptions: { itemPaddingBottom: 6 },
  },
};
