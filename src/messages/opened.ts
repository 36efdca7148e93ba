import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { openDoor, type DoorLimits } from './door.js';
import { isWrapper, unwrap, type Wrapping } from './wrapping.js';
import { parseTree, type XmlElement } from './xmlTree.js';

/** A received file behind the door and out of its wrappers; nothing is known of what it says yet. */
export interface OpenedFile {
  /** The exact bytes of the message itself, without wrapper. */
  bytes: Buffer;
  root: XmlElement;
  /** The wrapper it came in; the innermost when there were several. */
  wrapped?: Wrapping;
}

const maxWrappings = 3;

/**
 * Opens a file of any family: through the one parser door, out of its DXP wrappers.
 *
 * @throws FaultError (400): D01–D07, D13 from the door, D09–D11 for a broken wrapper
 */
export function openFile(bytes: Buffer, limits?: Partial<DoorLimits>): OpenedFile {
  let inner = bytes;
  let wrapped: Wrapping | undefined;
  for (let depth = 0; depth <= maxWrappings; depth++) {
    const root = parseTree(openDoor(inner, limits).text);
    if (!isWrapper(root)) return wrapped ? { bytes: inner, root, wrapped } : { bytes: inner, root };
    const unwrapped = unwrap(root);
    inner = unwrapped.bytes;
    wrapped = unwrapped.wrapping;
  }
  throw new FaultError([makeFault('D11', '', { max: String(maxWrappings) })], 400);
}
