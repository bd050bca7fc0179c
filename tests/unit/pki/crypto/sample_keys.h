// Keys and texts that the tests of this folder share. The keys were made for these tests and protect nothing.
#pragma once

#include <string>

#include "pki/crypto/key.h"

namespace pki::crypto {

inline Key sample_key() {
  return Key::generate().value();
}

inline std::string sample_key_pem() {
  return std::string(sample_key().to_pem().value().view());
}

// An authority's key from elsewhere may be of a kind that fixes the digest itself.
inline constexpr const char* kEd25519Key =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";  // RFC 8410 s10.3

// SEC 1, as `openssl ecparam -genkey` and cfssl write it.
inline constexpr const char* kSec1Key =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIMDiHcKH0GMs+2WWO7ry4wj0VVkJsn7irSrwlvMVir51oAoGCCqGSM49\n"
    "AwEHoUQDQgAECc1SALpf4YrBaYHjXLpgJ39xhUHy94T7bLFL2PoOv/9l5KqNsTS2\n"
    "pgmagw2o9dURzGxlYVTBp54iZ2OcLxw/Dg==\n"
    "-----END EC PRIVATE KEY-----\n";

// PKCS #8 under a passphrase.
inline constexpr const char* kKeyWithPassphrase =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAifyDbOF869AgICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEK7gzlWnzzHmv4LG94Fc3UYEgZCm\n"
    "RDwpDfBOewy4hvYEnzNQSRXV96PvCsXQRyOJTCMQxaDb32PRcMd+5yyT3gFrg3ju\n"
    "yJGRe5mLDy4RyUehq79iziQ6kbT3wWVisgq4M2PHyUf17K292wgljODiLd6qbzpT\n"
    "u34Cs2LA5wrMvRhZqI9hsuxpuZ5/YyyfkG57B2zxFS+KfLYKvG3iHrNoKDvyKTk=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

// kSec1Key under "correct horse", by so few rounds (1000) that tests need not wait.
inline constexpr const char* kLockedKey =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhGJGDumZzzhQICA+gw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEELwZsiH+ewq3H/J4DFyDHuQEgZCV\n"
    "fB2i5ETusCCRcsNPcsjFGycgRCtcS87+vNp0Ye96mPsYlSTzgcxAWiU5MAU5HAt9\n"
    "SC8OVYe/0KKv1T1jpDktagSTGCGixF6uMs3BedXuqo3wcTF8h4cIL8QBVUttLiu8\n"
    "QVooEcfm4mqQu4NwqjL64HYklGH2ApSRkdOFetpC3JG5mJgov62K678DjwUvfm4=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

}  // namespace pki::crypto
