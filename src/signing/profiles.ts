import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import type { Suite } from './signer.js';
import { textSchema } from '../terms/text.js';

/** Canonicalisation and transform every CEB signature uses (specification 202205 §6). */
export const inclusiveC14n = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
export const envelopedSignature = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
export const xmldsigNamespace = 'http://www.w3.org/2000/09/xmldsig#';

const suiteSchema = z.strictObject({
  /** `ds:SignatureMethod/@Algorithm`. */
  signature: z.url(),
  /** `ds:DigestMethod/@Algorithm` and the hash behind it. */
  digest: z.strictObject({ uri: z.url(), hash: z.enum(['sm3', 'sha1']) }),
});

const profileSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  text: textSchema,
  source: z.string().min(1),
  validFrom: z.iso.date(),
  suites: z.strictObject({ 'sm2-sm3': suiteSchema, 'rsa-sha1': suiteSchema }),
});

const fileSchema = z.strictObject({
  title: textSchema,
  default: z.string(),
  profiles: z.array(profileSchema).min(1),
});

/** The algorithm identifiers of one suite within a profile. */
export type SuiteAlgorithms = z.output<typeof suiteSchema>;
/** How the two suites are named on the wire: an entry of `mappings/signing/profiles.json`. */
export type SigningProfile = z.output<typeof profileSchema>;
export type Hash = SuiteAlgorithms['digest']['hash'];

export interface SigningProfiles {
  readonly default: SigningProfile;
  readonly all: readonly SigningProfile[];
  /** Throws when no profile has this id. */
  named(id: string): SigningProfile;
  /** The suite a `ds:SignatureMethod` names; undefined for an identifier no profile knows. */
  suiteOf(signatureUri: string): Suite | undefined;
  /** The hash a `ds:DigestMethod` names; undefined for an identifier no profile knows. */
  hashOf(digestUri: string): Hash | undefined;
  /** The first profile that pairs these two identifiers. */
  profileOf(signatureUri: string, digestUri: string): SigningProfile | undefined;
}

const suites: readonly Suite[] = ['sm2-sm3', 'rsa-sha1'];

/**
 * Reads the profile file. Throws when its shape is wrong, its default is missing, an id comes twice, or one identifier
 * would mean two different algorithms.
 */
export function loadSigningProfiles(file = mappingPath('signing', 'profiles.json')): SigningProfiles {
  const parsed = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const byId = new Map<string, SigningProfile>();
  const suiteByUri = new Map<string, Suite>();
  const hashByUri = new Map<string, Hash>();
  for (const profile of parsed.profiles) {
    if (byId.has(profile.id)) throw new Error(`${file}: profile ${profile.id} comes twice`);
    byId.set(profile.id, profile);
    for (const suite of suites) {
      const { signature, digest } = profile.suites[suite];
      if ((suiteByUri.get(signature) ?? suite) !== suite)
        throw new Error(`${file}: ${signature} is ambiguous`);
      if ((hashByUri.get(digest.uri) ?? digest.hash) !== digest.hash) {
        throw new Error(`${file}: ${digest.uri} is ambiguous`);
      }
      suiteByUri.set(signature, suite);
      hashByUri.set(digest.uri, digest.hash);
    }
  }
  const named = (id: string): SigningProfile => {
    const profile = byId.get(id);
    if (!profile) throw new Error(`signing profile ${id} is not one of ${[...byId.keys()].join(', ')}`);
    return profile;
  };
  return {
    default: named(parsed.default),
    all: parsed.profiles,
    named,
    suiteOf: (uri) => suiteByUri.get(uri),
    hashOf: (uri) => hashByUri.get(uri),
    profileOf: (signatureUri, digestUri) =>
      parsed.profiles.find((profile) =>
        suites.some(
          (suite) =>
            profile.suites[suite].signature === signatureUri &&
            profile.suites[suite].digest.uri === digestUri,
        ),
      ),
  };
}

let loaded: SigningProfiles | undefined;

/** The profiles of `mappings/signing/profiles.json`, read once. */
export const signingProfiles = (): SigningProfiles => (loaded ??= loadSigningProfiles());
