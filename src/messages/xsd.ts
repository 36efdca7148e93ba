import type { Catalogue } from './catalogue.js';
import { readFieldType, readRepeat } from './fieldType.js';
import { cebNamespace, type FieldMapping, type MessageMapping, type NodeMapping } from './mapping.js';
import { escapeAttribute, escapeText } from './xmlText.js';

/** Which messages the schema is for; all of them by default. `any` messages belong to both flows. */
export interface XsdSelection {
  flow?: 'export' | 'import';
  messages?: readonly string[];
  /** The instant whose edition counts; now by default. */
  at?: Date;
}

const signatureNamespace = 'http://www.w3.org/2000/09/xmldsig#';

/**
 * The XML schema (XSD 1.0) of the messages as the mappings have them. Types are local to each element: nodes of one
 * name, such as OrderHead, differ between messages. The signature is not looked into: its own verification does that.
 */
export function generateXsd(catalogue: Catalogue, selection: XsdSelection = {}): string {
  const { flow, messages, at } = selection;
  const chosen = catalogue
    .messages(at)
    .filter(
      (m) => (!flow || m.flow === flow || m.flow === 'any') && (!messages || messages.includes(m.message)),
    );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:ceb="${cebNamespace}"`,
    `           targetNamespace="${cebNamespace}" elementFormDefault="qualified" version="1.0">`,
    ...chosen.flatMap(messageElement).map((line) => `  ${line}`),
    '</xs:schema>',
    '',
  ].join('\n');
}

const indent = (lines: readonly string[]) => lines.map((line) => `  ${line}`);

function messageElement(mapping: MessageMapping): string[] {
  return [
    `<xs:element name="${mapping.message}">`,
    ...indent(documentation(mapping.title.zh)),
    '  <xs:complexType>',
    '    <xs:sequence>',
    ...indent(indent(indent(mapping.root.flatMap((node) => nodeElement(node, mapping.direction))))),
    '    </xs:sequence>',
    ...indent(indent(attribute('guid', [['length', 36]]))),
    ...indent(
      indent(
        attribute('version', [
          ['minLength', 1],
          ['maxLength', 10],
        ]),
      ),
    ),
    '  </xs:complexType>',
    '</xs:element>',
  ];
}

function nodeElement(node: NodeMapping, direction: MessageMapping['direction']): string[] {
  const occurs = occurrence(node.repeat);
  if (node.node === 'ds:Signature') {
    return [`<xs:any namespace="${signatureNamespace}" processContents="skip"${occurs}/>`];
  }
  const content = node.any
    ? ['<xs:any namespace="##any" processContents="skip" minOccurs="0"/>']
    : [
        ...(node.fields ?? []).flatMap((field) => fieldElement(field, direction)),
        ...(node.children ?? []).flatMap((child) => nodeElement(child, direction)),
      ];
  return [
    `<xs:element name="${node.node}"${occurs}>`,
    ...indent(documentation(node.zh)),
    '  <xs:complexType>',
    '    <xs:sequence>',
    ...indent(indent(indent(content))),
    '    </xs:sequence>',
    '  </xs:complexType>',
    '</xs:element>',
  ];
}

/** What we send must have something in a required element; receipts come with empty ones and are taken. */
function fieldElement(field: FieldMapping, direction: MessageMapping['direction']): string[] {
  const occurs = field.required ? '' : ' minOccurs="0"';
  const fixed = field.fixed === undefined ? '' : ` fixed="${escapeAttribute(field.fixed)}"`;
  return [
    `<xs:element name="${field.name}"${occurs}${fixed}>`,
    ...indent(documentation(field.zh)),
    ...indent(simpleType(...restriction(field.type, field.required && direction === 'send'))),
    '</xs:element>',
  ];
}

type Facet = readonly [name: string, value: number];

function restriction(type: string, filled: boolean): [base: string, facets: Facet[]] {
  const read = readFieldType(type);
  switch (read.kind) {
    case 'int':
      return ['xs:int', []];
    case 'whole':
      return ['xs:nonNegativeInteger', [['totalDigits', read.digits]]];
    case 'decimal':
      return [
        'xs:decimal',
        [
          ['totalDigits', read.digits],
          ['fractionDigits', read.fraction],
        ],
      ];
    case 'text': {
      if (read.min === read.max) return ['xs:string', [['length', read.max]]];
      const least = Math.max(read.min, filled ? 1 : 0);
      const min: Facet[] = least > 0 ? [['minLength', least]] : [];
      const max: Facet[] = read.max < Infinity ? [['maxLength', read.max]] : [];
      return ['xs:string', [...min, ...max]];
    }
  }
}

function simpleType(base: string, facets: readonly Facet[]): string[] {
  return [
    '<xs:simpleType>',
    `  <xs:restriction base="${base}">`,
    ...facets.map(([name, value]) => `    <xs:${name} value="${value}"/>`),
    '  </xs:restriction>',
    '</xs:simpleType>',
  ];
}

function attribute(name: string, facets: readonly Facet[]): string[] {
  return [
    `<xs:attribute name="${name}" use="required">`,
    ...indent(simpleType('xs:string', facets)),
    '</xs:attribute>',
  ];
}

function documentation(text: string | undefined): string[] {
  if (text === undefined) return [];
  return [
    '<xs:annotation>',
    `  <xs:documentation>${escapeText(text)}</xs:documentation>`,
    '</xs:annotation>',
  ];
}

function occurrence(repeat: string): string {
  const { min, max } = readRepeat(repeat);
  const least = min === 1 ? '' : ` minOccurs="${min}"`;
  const most = max === 1 ? '' : ` maxOccurs="${max === Infinity ? 'unbounded' : max}"`;
  return least + most;
}
