#include "signer/vault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/seal.h"

enum {
  CONTENT_HEAD_BYTES = 36,
  CONTENT_VERSION = 1,
  FILE_BYTES_MAX = SECRET_BYTES_MAX + SEAL_OVERHEAD_BYTES,
  LOCK_TRIES = 250
};

struct signer_vault {
  int folder;
  int lock; /* -1: not ours */
  struct secret master;
  struct signer_key **table; /* open addressing; capacity a power of two, at most half full */
  size_t capacity;
  size_t count;
};

int signer_vault_folder(const struct signer_vault *vault) {
  return vault->folder;
}

static void close_descriptor(int *fd) {
  if (*fd >= 0) {
    (void)close(*fd);
  }
}

/* ---- files ---- */

static result write_all(int fd, struct slice bytes) {
  while (bytes.len > 0) {
    ssize_t written = write(fd, bytes.ptr, bytes.len);
    if (written < 0 && errno != EINTR) {
      FAIL(SIGNER_FOLDER_UNUSABLE, "write: errno %d", errno);
    }
    bytes = slice_from(bytes, written > 0 ? (size_t)written : 0);
  }
  return OK;
}

static result put_file(int folder, const char *name, struct slice bytes) {
  char beside[SIGNER_NAME_BYTES_MAX + 16];
  (void)snprintf(beside, sizeof beside, "%s.new", name);
  int fd CLEANUP(close_descriptor) =
      openat(folder, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot write in the signer's folder: errno %d", errno);
  }
  TRY(write_all(fd, bytes));
  if (fsync(fd) != 0 || renameat(folder, beside, folder, name) != 0 || fsync(folder) != 0) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot keep a file in the signer's folder: errno %d", errno);
  }
  return OK;
}

/* At most `max` bytes; *ret_len is what there was. false: no such file. */
static result get_file(int folder, const char *name, uint8_t *bytes, size_t max, size_t *ret_len) {
  int fd CLEANUP(close_descriptor) = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  struct stat status;
  if (fd < 0 && errno == ENOENT) {
    FAIL(SIGNER_KEY_UNKNOWN, "no such file");
  }
  if (fd < 0 || fstat(fd, &status) != 0 || status.st_size > (off_t)max) {
    FAIL(SIGNER_KEY_BROKEN, "unreadable or oversized file");
  }
  ssize_t len = read(fd, bytes, max);
  if (len < 0 || len != status.st_size) {
    FAIL(SIGNER_KEY_BROKEN, "file cut while it was read");
  }
  *ret_len = (size_t)len;
  return OK;
}

/* ---- opening ---- */

static result check_private(int fd, mode_t forbidden) {
  struct stat status;
  if (fstat(fd, &status) != 0 || (status.st_mode & forbidden) != 0 ||
      (status.st_uid != geteuid() && status.st_uid != 0)) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "others may read or own the signer's files");
  }
  return OK;
}

static result open_folder(struct signer_vault *vault, const char *data_dir) {
  int data CLEANUP(close_descriptor) = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (data < 0 || (mkdirat(data, "signer", 0700) != 0 && errno != EEXIST)) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot make the signer's folder: errno %d", errno);
  }
  vault->folder = openat(data, "signer", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (vault->folder < 0) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot open the signer's folder: errno %d", errno);
  }
  return check_private(vault->folder, 0077);
}

static result take_lock(struct signer_vault *vault) {
  vault->lock = openat(vault->folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  for (int i = 0; vault->lock >= 0 && i < LOCK_TRIES; i++) {
    if (flock(vault->lock, LOCK_EX | LOCK_NB) == 0) {
      return OK;
    }
    (void)usleep(20 * 1000); /* a signer that was just told to end is still syncing */
  }
  FAIL(SIGNER_ALREADY_RUNNING, "another signer holds this installation");
}

static bool has_keys(int folder) {
  int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
  bool found = false;
  for (struct dirent *entry = dir ? readdir(dir) : NULL; entry != NULL && !found; entry = readdir(dir)) {
    struct slice name = slice_str(entry->d_name);
    found = slice_ends(name, S(".key")) && !slice_is(name, "master.key");
  }
  if (dir != NULL) {
    (void)closedir(dir);
  }
  return found;
}

static result load_master(struct signer_vault *vault, int folder, const char *name, mode_t forbidden) {
  uint8_t bytes[SEAL_KEY_BYTES];
  size_t len = 0;
  int fd CLEANUP(close_descriptor) = openat(folder, name, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    TRY(check_private(fd, forbidden));
  }
  TRY(get_file(folder, name, bytes, sizeof bytes, &len));
  if (len != SEAL_KEY_BYTES) {
    FAIL(SIGNER_KEY_BROKEN, "the master key has %zu bytes", len);
  }
  secret_set(&vault->master, slice_of(bytes, len));
  explicit_bzero(bytes, sizeof bytes);
  return OK;
}

static result make_master(struct signer_vault *vault) {
  if (has_keys(vault->folder)) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "the master key is missing but sealed keys are there");
  }
  vault->master.len = SEAL_KEY_BYTES;
  if (getrandom(vault->master.bytes, SEAL_KEY_BYTES, 0) != SEAL_KEY_BYTES) {
    FAIL(BASE_RANDOM, "master key");
  }
  return put_file(vault->folder, "master.key", secret_slice(&vault->master));
}

static result open_master(struct signer_vault *vault) {
  const char *credentials = getenv("CREDENTIALS_DIRECTORY");
  if (credentials != NULL) { /* systemd LoadCredential= */
    int folder CLEANUP(close_descriptor) = open(credentials, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0 && faccessat(folder, "signer-master", F_OK, 0) == 0) {
      return load_master(vault, folder, "signer-master", 0037); /* systemd may grant reading by an ACL, whose mask stands in the group's place */
    }
  }
  result loaded = load_master(vault, vault->folder, "master.key", 0077);
  return is_code(loaded, SIGNER_KEY_UNKNOWN) ? make_master(vault) : loaded;
}

static void free_signer_key(struct signer_key *key) {
  if (key != NULL) {
    key_free(&key->key);
    secret_clear(&key->pin_key);
    secret_clear(&key->seed);
    free(key);
  }
}

void signer_vault_close(struct signer_vault **ref) {
  struct signer_vault *vault = *ref;
  if (vault == NULL) {
    return;
  }
  for (size_t i = 0; i < vault->capacity; i++) {
    free_signer_key(vault->table[i]);
  }
  free(vault->table);
  close_descriptor(&vault->folder);
  close_descriptor(&vault->lock);
  secret_clear(&vault->master);
  free(vault);
  *ref = NULL;
}

result signer_vault_open(const char *data_dir, bool exclusive, struct signer_vault **ret_vault) {
  struct signer_vault *vault CLEANUP(signer_vault_close) = heap_alloc(sizeof *vault);
  *vault = (struct signer_vault){.folder = -1, .lock = -1, .capacity = 64};
  vault->table = heap_alloc(vault->capacity * sizeof *vault->table);
  memset(vault->table, 0, vault->capacity * sizeof *vault->table);
  TRY(open_folder(vault, data_dir));
  if (exclusive) {
    TRY(take_lock(vault));
  }
  TRY(open_master(vault));
  *ret_vault = vault;
  vault = NULL;
  return OK;
}

/* ---- the table ---- */

static uint64_t hash_name(struct slice name) { /* FNV-1a: names are ours, nobody can choose them to collide */
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < name.len; i++) {
    hash = (hash ^ name.ptr[i]) * 1099511628211u;
  }
  return hash;
}

static struct signer_key **slot_of(const struct signer_vault *vault, struct slice name) {
  size_t at = (size_t)hash_name(name) & (vault->capacity - 1);
  while (vault->table[at] != NULL && !slice_eq(slice_of(vault->table[at]->name, vault->table[at]->name_len), name)) {
    at = (at + 1) & (vault->capacity - 1);
  }
  return &vault->table[at];
}

static void grow(struct signer_vault *vault) {
  struct signer_vault larger = *vault;
  larger.capacity *= 2;
  larger.table = heap_alloc(larger.capacity * sizeof *larger.table);
  memset(larger.table, 0, larger.capacity * sizeof *larger.table);
  for (size_t i = 0; i < vault->capacity; i++) {
    if (vault->table[i] != NULL) {
      *slot_of(&larger, slice_of(vault->table[i]->name, vault->table[i]->name_len)) = vault->table[i];
    }
  }
  free(vault->table);
  vault->table = larger.table;
  vault->capacity = larger.capacity;
}

static void keep(struct signer_vault *vault, struct signer_key *key) {
  if (vault->count * 2 >= vault->capacity) {
    grow(vault);
  }
  *slot_of(vault, slice_of(key->name, key->name_len)) = key;
  vault->count++;
}

/* ---- sealed files ---- */

struct key_paths {
  char file[SIGNER_NAME_BYTES_MAX + 8];
  uint8_t about[SIGNER_NAME_BYTES_MAX + 16];
  size_t about_len;
};

static struct key_paths paths_of(struct slice name) {
  static const char label[] = "signer-key:";
  struct key_paths paths = {0};
  for (size_t i = 0; i < name.len; i++) {
    paths.file[i] = name.ptr[i] == '/' ? '_' : (char)name.ptr[i]; /* names have no '_' (policy.c) */
  }
  memcpy(paths.file + name.len, ".key", 5);
  memcpy(paths.about, label, sizeof label - 1);
  memcpy(paths.about + sizeof label - 1, name.ptr, name.len);
  paths.about_len = sizeof label - 1 + name.len;
  return paths;
}

static result read_sealed(struct signer_vault *vault, struct slice name, struct secret *ret_content) {
  uint8_t sealed[FILE_BYTES_MAX];
  size_t len = 0;
  struct key_paths paths = paths_of(name);
  TRY(get_file(vault->folder, paths.file, sealed, sizeof sealed, &len));
  if (!is_ok(seal_read(&vault->master, slice_of(paths.about, paths.about_len), slice_of(sealed, len), ret_content)) ||
      ret_content->len <= CONTENT_HEAD_BYTES || ret_content->bytes[0] != CONTENT_VERSION ||
      ret_content->len != CONTENT_HEAD_BYTES + (size_t)ret_content->bytes[3]) {
    FAIL(SIGNER_KEY_BROKEN, "a sealed key does not open");
  }
  return OK;
}

/* The public half beside the private one; a token key's scalar for signatures by eights, which OpenSSL makes where there is none. */
static result publish(struct signer_key *key) {
  if (key->key == NULL) {
    uint8_t public_key[ED25519_PUBLIC_BYTES];
    TRY(ed25519_public(&key->seed, public_key));
    ed25519_spki_write(public_key, key->spki);
    key->spki_len = ED25519_SPKI_BYTES;
    return OK;
  }
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice spki = {0};
  TRY(key_public(key->key, &arena, &spki));
  memcpy(key->spki, spki.ptr, sizeof key->spki);
  if (key->profile == SIGNER_TOKEN) {
    (void)key_keep_scalar(key->key);
  }
  key->spki_len = sizeof key->spki;
  return OK;
}

static result load_private(struct signer_key *key, struct slice bytes) {
  if (key->profile != SIGNER_CHECKPOINT) {
    return key_load_private(bytes, &key->key);
  }
  secret_set(&key->seed, bytes);
  return bytes.len == ED25519_SEED_BYTES ? OK : (result){CRYPTO_KEY_INVALID};
}

static result load_key(const struct secret *content, struct slice name, struct signer_key *key) {
  *key = (struct signer_key){.name_len = name.len, .profile = content->bytes[1], .wrong_proofs = content->bytes[2]};
  memcpy(key->name, name.ptr, name.len);
  if (!is_ok(load_private(key, slice_from(secret_slice(content), CONTENT_HEAD_BYTES)))) {
    FAIL(SIGNER_KEY_BROKEN, "a sealed key is not one of its profile");
  }
  TRY(publish(key));
  if (key->profile == SIGNER_PERSONAL) {
    secret_set(&key->pin_key, slice_sub(secret_slice(content), 4, 32));
  }
  return OK;
}

result signer_vault_find(struct signer_vault *vault, struct slice name, struct signer_key **ret_key) {
  struct signer_key *known = *slot_of(vault, name);
  if (known != NULL) {
    *ret_key = known;
    return OK;
  }
  struct secret content CLEANUP(secret_clear) = {0};
  TRY(read_sealed(vault, name, &content));
  struct signer_key *key = heap_alloc(sizeof *key);
  result loaded = load_key(&content, name, key);
  if (!is_ok(loaded)) {
    free_signer_key(key);
    return loaded;
  }
  keep(vault, key);
  *ret_key = key;
  return OK;
}

static result write_sealed(struct signer_vault *vault, const struct signer_key *key, const struct secret *private_key) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct secret content CLEANUP(secret_clear) = {.len = CONTENT_HEAD_BYTES + private_key->len};
  struct slice sealed = {0};
  if (content.len > SECRET_BYTES_MAX || private_key->len > UINT8_MAX) {
    FAIL(SIGNER_KEY_BROKEN, "private key of %zu bytes", private_key->len);
  }
  content.bytes[0] = CONTENT_VERSION;
  content.bytes[1] = (uint8_t)key->profile;
  content.bytes[2] = key->wrong_proofs;
  content.bytes[3] = (uint8_t)private_key->len;
  memcpy(content.bytes + 4, key->pin_key.bytes, 32);
  memcpy(content.bytes + CONTENT_HEAD_BYTES, private_key->bytes, private_key->len);
  struct key_paths paths = paths_of(slice_of(key->name, key->name_len));
  TRY(seal_write(&vault->master, slice_of(paths.about, paths.about_len), &content, &arena, &sealed));
  return put_file(vault->folder, paths.file, sealed);
}

result signer_vault_save(struct signer_vault *vault, const struct signer_key *key) {
  if (key->key == NULL) {
    return write_sealed(vault, key, &key->seed);
  }
  struct secret pkcs8 CLEANUP(secret_clear) = {0};
  TRY(key_save_private(key->key, &pkcs8));
  return write_sealed(vault, key, &pkcs8);
}

result signer_vault_reload(struct signer_vault *vault, struct signer_key *key) {
  struct secret content CLEANUP(secret_clear) = {0};
  TRY(read_sealed(vault, slice_of(key->name, key->name_len), &content));
  key->wrong_proofs = content.bytes[2];
  return OK;
}

static result make_key(struct signer_vault *vault, struct signer_key *key) {
  TRY(key->profile == SIGNER_CHECKPOINT ? ed25519_generate(&key->seed) : key_generate(&key->key));
  TRY(publish(key));
  return signer_vault_save(vault, key);
}

result signer_vault_create(struct signer_vault *vault, struct slice name, enum signer_profile profile,
                           struct slice pin_key, struct signer_key **ret_key) {
  struct signer_key *key = heap_alloc(sizeof *key);
  *key = (struct signer_key){.name_len = name.len, .profile = profile};
  memcpy(key->name, name.ptr, name.len);
  secret_set(&key->pin_key, pin_key);
  result made = make_key(vault, key);
  if (!is_ok(made)) {
    free_signer_key(key);
    return made;
  }
  keep(vault, key);
  *ret_key = key;
  return OK;
}
