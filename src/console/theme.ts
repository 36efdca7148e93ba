import { theme as antTheme, type ThemeConfig } from 'antd';
import type { Language } from './texts/index.js';

export type Scheme = 'light' | 'dark';

/** One palette a scheme for tokens and charts; `styles/base.css` has the same colours as CSS variables. */
const light = {
  ink: '#1c2b36',
  quiet: '#5d6d79',
  line: '#dfe5ea',
  edge: '#cbd4db',
  ground: '#f3f5f7',
  surface: '#ffffff',
  raised: '#eef2f5',
  hover: '#f4f8fa',
  primary: '#1f5f86',
  primaryTint: '#e6f1f8',
  primaryEdge: '#b5d2e4',
  accent: '#2f8f83',
  good: '#1e7f4f',
  goodTint: '#e2f3ea',
  goodEdge: '#b3dcc6',
  warn: '#a8620b',
  warnTint: '#fdf5e6',
  warnEdge: '#ebd2a0',
  bad: '#b93127',
  badTint: '#fdf2f1',
  badEdge: '#eabfbb',
};
export type Palette = typeof light;

const dark: Palette = {
  ink: '#dde5ea',
  quiet: '#98a8b3',
  line: '#2b3942',
  edge: '#3b4b56',
  ground: '#10181d',
  surface: '#18232a',
  raised: '#1f2c34',
  hover: '#1d2a32',
  primary: '#6cb2dd',
  primaryTint: '#1b3646',
  primaryEdge: '#2f5a73',
  accent: '#4bb3a5',
  good: '#5cc48f',
  goodTint: '#173427',
  goodEdge: '#2d5c46',
  warn: '#dea14c',
  warnTint: '#382a14',
  warnEdge: '#6b5227',
  bad: '#ee8379',
  badTint: '#3c1f1d',
  badEdge: '#7b3a35',
};

export const paletteOf = (scheme: Scheme): Palette => (scheme === 'dark' ? dark : light);

export const FONT =
  "'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', '微软雅黑', 'Hiragino Sans GB', system-ui, -apple-system, 'Segoe UI', sans-serif";
export const MONO =
  "'JetBrains Mono', 'SFMono-Regular', Consolas, 'Liberation Mono', 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', monospace";

/** The look of all controls in one scheme. */
export function themeOf(scheme: Scheme, language: Language): ThemeConfig {
  const palette = paletteOf(scheme);
  return {
    algorithm: scheme === 'dark' ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
    token: {
      colorPrimary: palette.primary,
      colorLink: palette.primary,
      colorInfo: palette.primary,
      colorInfoBg: palette.primaryTint,
      colorInfoBorder: palette.primaryEdge,
      // Marks in blue; what would be derived from the primary colour is a grey.
      blue: palette.primary,
      ...{ 'blue-1': palette.primaryTint, 'blue-3': palette.primaryEdge, 'blue-7': palette.primary },
      ...{ blue1: palette.primaryTint, blue3: palette.primaryEdge, blue7: palette.primary },
      colorSuccess: palette.good,
      colorSuccessBg: palette.goodTint,
      colorSuccessBorder: palette.goodEdge,
      colorWarning: palette.warn,
      colorError: palette.bad,
      colorWarningBg: palette.warnTint,
      colorWarningBorder: palette.warnEdge,
      colorErrorBg: palette.badTint,
      colorErrorBorder: palette.badEdge,
      colorText: palette.ink,
      colorTextSecondary: palette.quiet,
      colorBorder: palette.edge,
      colorBorderSecondary: palette.line,
      colorBgLayout: palette.ground,
      colorBgContainer: palette.surface,
      colorBgElevated: palette.surface,
      // On the light blue of the dark scheme white letters could not be read.
      ...(scheme === 'dark' ? { colorTextLightSolid: '#0d1f2a' } : {}),
      // The same as in `styles/base.css`: marks that Chinese fonts draw too wide for English.
      fontFamily: language === 'en' ? `'Narrow marks', ${FONT}` : FONT,
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
        headerBg: palette.raised,
        headerColor: palette.quiet,
        headerSplitColor: 'transparent',
        rowHoverBg: palette.hover,
        cellPaddingBlockSM: 7,
        cellPaddingInlineSM: 10,
      },
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none' },
      Form: { itemMarginBottom: 16, verticalLabelPadding: '0 0 4px' },
      Segmented: { trackBg: scheme === 'dark' ? palette.raised : '#e3e9ed' },
      Tabs: { horizontalItemPadding: '9px 0' },
      Descriptions: { itemPaddingBottom: 6 },
      ...(scheme === 'dark'
        ? { Tooltip: { colorBgSpotlight: '#33454f', colorTextLightSolid: palette.ink } }
        : {}),
    },
  };
}
