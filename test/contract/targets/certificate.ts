import { generateKeyPairSync, sign } from 'node:crypto';

/** A fresh self-signed certificate for 127.0.0.1 with its key, both PEM: RFC 5280 §4.1, no more than a TLS test needs. */
export function selfSignedCertificate(): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = der(0x30, oid('2a8648ce3d040302'));
  const commonName = der(0x30, der(0x31, der(0x30, Buffer.concat([oid('550403'), der(0x0c, Buffer.from('test'))]))));
  const validity = der(0x30, Buffer.concat([der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z'))]));
  const isAuthority = der(0x30, Buffer.concat([oid('551d13'), der(0x04, der(0x30, der(0x01, Buffer.from([0xff]))))]));
  const address = der(0x30, Buffer.concat([oid('551d11'), der(0x04, der(0x30, der(0x87, Buffer.from([127, 0, 0, 1]))))]));
  const content = der(
    0x30,
    Buffer.concat([
      der(0xa0, der(0x02, Buffer.from([2]))),
      der(0x02, Buffer.from([1])),
      ecdsaWithSha256,
      commonName,
      validity,
      commonName,
      publicKey.export({ type: 'spki', format: 'der' }),
      der(0xa3, der(0x30, Buffer.concat([isAuthority, address]))),
    ]),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', content, privateKey)]));
  const certificate = der(0x30, Buffer.concat([content, ecdsaWithSha256, signature]));
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

/** Tag, length, value (X.690 §8.1). */
function der(tag: number, value: Buffer): Buffer {
  if (value.length < 0x80) return Buffer.concat([Buffer.from([tag, value.length]), value]);
  const length = Buffer.from(value.length.toString(16).padStart(4, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x82]), length, value]);
}
