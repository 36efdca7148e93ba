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

/** A schema read once for many files; `objection` is what libxml2 objects to, undefined when nothing. */
export function schemaJudge(xsd: string): { objection(xml: string): string | undefined; dispose(): void } {
  const schema = XmlDocument.fromString(xsd);
  const validator = XsdValidator.fromDoc(schema);
  return {
    objection(xml) {
      const doc = XmlDocument.fromString(xml);
      try {
        validator.validate(doc);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      } finally {
        doc.dispose();
      }
    },
    dispose() {
      validator.dispose();
      schema.dispose();
    },
  };
}

/** Validates one file against a schema text; returns what libxml2 objects to, undefined when nothing. */
export function schemaObjection(xsd: string, xml: string): string | undefined {
  const judge = schemaJudge(xsd);
  try {
    return judge.objection(xml);
  } finally {
    judge.dispose();
  }
}
