import { pairs } from './pairs.js';

/** Lists printed as customs' form. */
export const forms = pairs({
  'forms.title': ['清单打印', 'Print lists'],
  'forms.sub': ['{count} 票，每票一页', '{count} {count:list|lists}, one a page'],
  'forms.print': ['打印清单', 'Print the list'],
  'forms.printSome': ['打印清单', 'Print lists'],
  'forms.export': [
    '中华人民共和国海关跨境电子商务零售出口商品申报清单（出境清单）',
    'Export list of cross-border e-commerce goods, Customs of the P.R. China (出境清单)',
  ],
  'forms.import': [
    '中华人民共和国海关跨境电子商务零售进口商品申报清单（进境清单）',
    'Import list of cross-border e-commerce goods, Customs of the P.R. China (进境清单)',
  ],
  'forms.importPort': ['进口口岸', 'Port of entry'],
  'forms.importDay': ['进口日期', 'Date of import'],
  'forms.departure': ['起运国（地区）', 'Country of departure'],
  'forms.no': ['项号', 'No.'],
  'forms.code': ['商品编码', 'Goods code'],
  'forms.goods': ['商品名称、规格型号', 'Name and specification'],
  'forms.quantity': ['数量及单位', 'Quantity'],
  'forms.statutory': ['法定数量及单位', 'Statutory quantity'],
  'forms.country': ['国别（地区）', 'Country'],
  'forms.price': ['单价', 'Price'],
  'forms.total': ['总价', 'Total'],
  'forms.currency': ['币制', 'Currency'],
  'forms.statement': [
    '兹声明对以上内容承担如实申报之法律责任',
    'We answer in law for the truth of what is declared above',
  ],
  'forms.declarantSeal': ['申报企业（签章）　　　　年　　月　　日', 'Declarant (seal), date'],
  'forms.customsNotes': ['海关批注及签章', 'Notes of customs'],
  'forms.customsSeal': ['　　　　年　　月　　日', 'Seal, date'],
  'forms.printed': [
    '打印日期 {day}，数据以海关电子数据为准',
    'Printed {day}; the electronic data of customs prevail',
  ],
});
