import { ParseOption, XmlDocument, XmlValidateError, XsdValidator } from 'libxml2-wasm';
import { FaultError, type Fault } from '../base/fault.js';
import { limitFaults } from '../base/faultLimit.js';
import { makeFault } from '../base/faults.js';
import type { Catalogue } from './catalogue.js';
import { openDoor } from './door.js';
import { readMessage } from './reader.js';
import { generateXsd } from './xsd.js';

export interface StructureVerdict {
  ok: boolean;
  messageType: string | null;
  faults: Fault[];
}

/** Holds a message against the schema generated from the mappings; every fault names its line. Never throws for bad input. */
export async function checkStructure(bytes: Buffer, catalogue: Catalogue): Promise<StructureVerdict> {
  let messageType: string | null = null;
  try {
    const read = readMessage(bytes, catalogue);
    messageType = read.messageType;
    const { text } = openDoor(read.bytes);
    // The door let it in: its size is bounded, one long text is no error of the parser.
    const option = (ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_HUGE) as ParseOption;
    using document = XmlDocument.fromString(text, { option });
    using schema = XmlDocument.fromString(generateXsd(catalogue));
    using validator = XsdValidator.fromDoc(schema);
    try {
      validator.validate(document);
      return { ok: true, messageType, faults: [] };
    } catch (error) {
      if (!(error instanceof XmlValidateError)) throw error;
      const faults = error.details.map((d) =>
        makeFault('D30', `line ${d.line}`, {
          reason: d.message.trim().replaceAll('{http://www.chinaport.gov.cn/ceb}', '').slice(0, 300),
        }),
      );
      return { ok: false, messageType, faults: limitFaults(faults) };
    }
  } catch (error) {
    if (error instanceof FaultError) return { ok: false, messageType, faults: [...error.faults] };
    throw error;
  }
}
