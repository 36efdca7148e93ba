import { XmlDocument, XsdValidator } from 'libxml2-wasm';

/** libxml2 as the judge: it shares nothing with the gateway's writer. */
export function canonicalForm(xml: string): string {
  const doc = XmlDocument.fromString(xml);
  try {
    return doc.canonicalizeToString();
  } finally {
    doc.dispose();
  }
}

/** Validates against a schema text; returns what libxml2 objects to, undefined when nothing. */
export function schemaObjection(xsd: string, xml: string): string | undefined {
  const schema = XmlDocument.fromString(xsd);
  const validator = XsdValidator.fromDoc(schema);
  const doc = XmlDocument.fromString(xml);
  try {
    validator.validate(doc);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    doc.dispose();
    validator.dispose();
    schema.dispose();
  }
}
