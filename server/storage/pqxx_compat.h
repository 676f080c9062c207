// All that differs between libpqxx 6 (Debian 12) and 7 (Debian 13). Include this instead of <pqxx/pqxx>.
#pragma once

#include <pqxx/pqxx>
#include <string>

namespace hearth::pqxx_compat {

#if PQXX_VERSION_MAJOR < 7

// Keeps libpqxx 6 from opening a lost connection again by itself, which would lose the transaction and its
// settings without a word.
inline void NeverReopen(pqxx::connection& connection) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

template <class... Args>
pqxx::result ExecPrepared(pqxx::transaction_base& tx, const char* name, const Args&... args) {
  return tx.exec_prepared(name, args...);
}

#else

inline void NeverReopen(pqxx::connection&) {}

template <class... Args>
pqxx::result ExecPrepared(pqxx::transaction_base& tx, const char* name, const Args&... args) {
  return tx.exec(pqxx::prepped{name}, pqxx::params{args...});
}

#endif

}  // namespace hearth::pqxx_compat
