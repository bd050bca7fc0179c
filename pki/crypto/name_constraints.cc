#include "pki/crypto/name_constraints.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "pki/crypto/asn1_text.h"
#include "pki/crypto/openssl_error.h"

namespace pki::crypto {
namespace {

using ConstraintsPtr = OpensslPtr<NAME_CONSTRAINTS, NAME_CONSTRAINTS_free>;
using SubtreePtr = OpensslPtr<GENERAL_SUBTREE, GENERAL_SUBTREE_free>;

bool push(NAME_CONSTRAINTS& constraints, int type, ASN1_STRING* value) {
  if (value == nullptr) return false;
  SubtreePtr subtree(GENERAL_SUBTREE_new());
  if (constraints.permittedSubtrees == nullptr) constraints.permittedSubtrees = sk_GENERAL_SUBTREE_new_null();
  if (!subtree || constraints.permittedSubtrees == nullptr) {
    ASN1_STRING_free(value);
    return false;
  }
  GENERAL_NAME_set0_value(subtree->base, type, value);
  if (sk_GENERAL_SUBTREE_push(constraints.permittedSubtrees, subtree.get()) == 0) return false;
  (void)subtree.release();  // the list owns it now
  return true;
}

// The address and then the mask, each as long as the family has it.
ASN1_STRING* network_bytes(const base::IpNetwork& network) {
  const std::size_t size = network.address().bit_length() / 8;
  std::array<unsigned char, 32> bytes{};
  std::copy_n(network.address().bytes().begin(), size, bytes.begin());
  for (unsigned bit = 0; bit < network.prefix_length(); ++bit) {
    bytes.at(size + bit / 8) = static_cast<unsigned char>(bytes.at(size + bit / 8) | (0x80U >> (bit % 8)));
  }
  return new_asn1_string(V_ASN1_OCTET_STRING, {reinterpret_cast<const char*>(bytes.data()), 2 * size});
}

// A mask that is no prefix is taken as its leading ones.
unsigned leading_ones(const std::uint8_t* mask, unsigned size) {
  unsigned bits = 0;
  while (bits < size * 8 && (mask[bits / 8] & (0x80U >> (bits % 8))) != 0) ++bits;
  return bits;
}

void append_subtree(const GENERAL_NAME& name, plan::PermittedNames& permitted) {
  if (name.type == GEN_DNS) {
    std::string_view domain = text_of(name.d.dNSName);
    if (domain.starts_with('.')) domain.remove_prefix(1);
    permitted.domains.push_back(plan::canonical_dns_name(domain));
  } else if (name.type == GEN_IPADD) {
    const std::uint8_t* const bytes = ASN1_STRING_get0_data(name.d.iPAddress);
    const int size = ASN1_STRING_length(name.d.iPAddress);
    if (size == 8) {
      permitted.networks.push_back(
          base::IpNetwork::around(base::IpAddress::from_v4(bytes), leading_ones(bytes + 4, 4)));
    }
    if (size == 32) {
      permitted.networks.push_back(
          base::IpNetwork::around(base::IpAddress::from_v6(bytes), leading_ones(bytes + 16, 16)));
    }
  }
}

}  // namespace

bool add_permitted_names(X509& certificate, const plan::PermittedNames& permitted) {
  const ConstraintsPtr constraints(NAME_CONSTRAINTS_new());
  if (!constraints) return false;
  for (const auto& domain : permitted.domains) {
    if (!push(*constraints, GEN_DNS, new_asn1_string(V_ASN1_IA5STRING, domain))) return false;
  }
  for (const auto& network : permitted.networks) {
    if (!push(*constraints, GEN_IPADD, network_bytes(network))) return false;
  }
  return X509_add1_ext_i2d(&certificate, NID_name_constraints, constraints.get(), 1, X509V3_ADD_DEFAULT) == 1;
}

base::Result<std::optional<plan::PermittedNames>> permitted_names_of(const X509& certificate) {
  int critical = 0;  // -1: there is no such extension; -2: there is more than one
  const ConstraintsPtr constraints(
      static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(&certificate, NID_name_constraints, &critical, nullptr)));
  if (!constraints && critical != -1) return openssl_failure("read the certificate's name constraints");
  if (!constraints) return std::nullopt;
  plan::PermittedNames permitted;
  const auto* const subtrees = constraints->permittedSubtrees;
  for (int i = 0; subtrees != nullptr && i < sk_GENERAL_SUBTREE_num(subtrees); ++i) {
    append_subtree(*sk_GENERAL_SUBTREE_value(subtrees, i)->base, permitted);
  }
  return permitted;
}

}  // namespace pki::crypto
