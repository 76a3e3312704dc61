/* Writes down what a program does to the files of one folder, so that a test can work out what a disk would hold if the
 * power had failed at any moment. Preloaded into the program; files are named by the path that they have at that moment.
 *
 * POWER_FOLDER  what is watched
 * POWER_LOG     where it is written down: records of kind, length of path, path, offset, length of bytes, bytes
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CREATE = 'c', WRITE = 'w', CUT = 't', SYNC = 's', RENAME = 'r', LINK = 'l', REMOVE = 'u', SAID = 'a' };

static int log_file = -1;
static char folder[PATH_MAX];
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
  const char *log = getenv("POWER_LOG"), *watched = getenv("POWER_FOLDER");
  if (!log || !watched) return;
  snprintf(folder, sizeof folder, "%s", watched);
  log_file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static void note(char kind, const char *path, uint64_t offset, const void *bytes, uint64_t length) {
  if (log_file < 0) return;
  uint32_t path_length = (uint32_t)strlen(path);
  struct iovec parts[] = {
    {&kind, 1}, {&path_length, 4}, {(void *)path, path_length}, {&offset, 8}, {&length, 8}, {(void *)bytes, length},
  };
  pthread_mutex_lock(&one_at_a_time);
  syscall(SYS_writev, log_file, parts, bytes ? 6 : 5);
  pthread_mutex_unlock(&one_at_a_time);
}

/* Whether a path lies within the watched folder; what processes only share is lost with every power cut anyway. */
static int watched(const char *path) {
  size_t length = strlen(folder), all = strlen(path);
  int within = length > 0 && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
  return within && !(all > 4 && strcmp(path + all - 4, "-shm") == 0);
}

/* The whole path of a name; 0 where it is not watched. */
static int named(int at, const char *name, char *path) {
  char whole[PATH_MAX * 2];
  if (name[0] == '/') {
    snprintf(whole, sizeof whole, "%s", name);
  } else {
    char link[64], base[PATH_MAX];
    if (at == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
    else snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    ssize_t length = readlink(link, base, sizeof base - 1);
    if (length < 0) return 0;
    base[length] = 0;
    snprintf(whole, sizeof whole, "%s/%s", base, name);
  }
  if (strlen(whole) >= PATH_MAX) return 0;
  strcpy(path, whole);
  return watched(path);
}

/* The path of an open file; 0 where it is not watched, or has none any more. */
static int open_as(int file, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return watched(path) && !strstr(path, " (deleted)");
}

static int opened(int at, const char *name, int flags, mode_t mode) {
  char path[PATH_MAX];
  int is_watched = log_file >= 0 && named(at, name, path);
  int was_there = is_watched && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
  int file = (int)syscall(SYS_openat, at, name, flags, mode);
  if (file >= 0 && is_watched) {
    int kept = errno;
    if (!was_there && (flags & O_CREAT)) note(CREATE, path, 0, NULL, 0);
    else if (flags & O_TRUNC) note(CUT, path, 0, NULL, 0);
    errno = kept;
  }
  return file;
}

#define OPEN(name)                                              \
  int name(const char *path, int flags, ...) {                  \
    va_list rest; va_start(rest, flags);                        \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                               \
    return opened(AT_FDCWD, path, flags, mode);                 \
  }
#define OPEN_AT(name)                                           \
  int name(int at, const char *path, int flags, ...) {          \
    va_list rest; va_start(rest, flags);                        \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                               \
    return opened(at, path, flags, mode);                       \
  }
OPEN(open) OPEN(open64) OPEN_AT(openat) OPEN_AT(openat64)

ssize_t write(int file, const void *bytes, size_t count) {
  char path[PATH_MAX];
  int is_watched = log_file >= 0 && file != 1 && open_as(file, path);
  off_t at = 0;
  if (is_watched) {
    int flags = fcntl(file, F_GETFL);
    struct stat about;
    at = flags & O_APPEND ? (fstat(file, &about), about.st_size) : lseek(file, 0, SEEK_CUR);
  }
  ssize_t written = syscall(SYS_write, file, bytes, count);
  if (written > 0) {
    int kept = errno;
    if (is_watched) note(WRITE, path, (uint64_t)at, bytes, (uint64_t)written);
    if (file == 1 && log_file >= 0) note(SAID, "", 0, bytes, (uint64_t)written);
    errno = kept;
  }
  return written;
}

static ssize_t written_at(int file, const void *bytes, size_t count, off_t at) {
  char path[PATH_MAX];
  int is_watched = log_file >= 0 && open_as(file, path);
  ssize_t written = syscall(SYS_pwrite64, file, bytes, count, at);
  if (written > 0 && is_watched) note(WRITE, path, (uint64_t)at, bytes, (uint64_t)written);
  return written;
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) { return written_at(file, bytes, count, at); }
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) { return written_at(file, bytes, count, at); }

/* Whoever gathers what is to be written, or has the system copy it, is made to write it plainly. */
ssize_t writev(int file, const struct iovec *parts, int count) {
  ssize_t all = 0;
  for (int part = 0; part < count; part++) {
    if (parts[part].iov_len == 0) continue;
    ssize_t written = write(file, parts[part].iov_base, parts[part].iov_len);
    if (written < 0) return all > 0 ? all : written;
    all += written;
    if ((size_t)written < parts[part].iov_len) break;
  }
  return all;
}
ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t count, unsigned flags) {
  (void)from, (void)from_at, (void)to, (void)to_at, (void)count, (void)flags;
  errno = ENOSYS;
  return -1;
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t count) {
  (void)to, (void)from, (void)at, (void)count;
  errno = ENOSYS;
  return -1;
}
ssize_t sendfile(int to, int from, off_t *at, size_t count) { return sendfile64(to, from, at, count); }

static int cut(int file, off_t length) {
  char path[PATH_MAX];
  int done = (int)syscall(SYS_ftruncate, file, length);
  if (done == 0 && log_file >= 0 && open_as(file, path)) note(CUT, path, (uint64_t)length, NULL, 0);
  return done;
}
int ftruncate(int file, off_t length) { return cut(file, length); }
int ftruncate64(int file, off64_t length) { return cut(file, length); }

static int synced(int file, long how) {
  char path[PATH_MAX];
  int done = (int)syscall(how, file);
  if (done == 0 && log_file >= 0 && open_as(file, path)) note(SYNC, path, 0, NULL, 0);
  return done;
}
int fsync(int file) { return synced(file, SYS_fsync); }
int fdatasync(int file) { return synced(file, SYS_fdatasync); }

static int moved(char kind, int from_at, const char *from, int to_at, const char *to, int done) {
  char old[PATH_MAX], new[PATH_MAX];
  if (done == 0 && log_file >= 0) {
    int is_watched = named(from_at, from, old);
    is_watched = named(to_at, to, new) || is_watched;
    if (is_watched) note(kind, old, 0, new, strlen(new));
  }
  return done;
}
int rename(const char *from, const char *to) {
  return moved(RENAME, AT_FDCWD, from, AT_FDCWD, to, (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}
int renameat(int at, const char *from, int to_at, const char *to) {
  return moved(RENAME, at, from, to_at, to, (int)syscall(SYS_renameat2, at, from, to_at, to, 0));
}
int link(const char *from, const char *to) {
  return moved(LINK, AT_FDCWD, from, AT_FDCWD, to, (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}
int linkat(int at, const char *from, int to_at, const char *to, int flags) {
  return moved(LINK, at, from, to_at, to, (int)syscall(SYS_linkat, at, from, to_at, to, flags));
}

static int removed(int at, const char *name, int flags) {
  char path[PATH_MAX];
  int is_watched = log_file >= 0 && named(at, name, path);
  int done = (int)syscall(SYS_unlinkat, at, name, flags);
  if (done == 0 && is_watched && !(flags & AT_REMOVEDIR)) note(REMOVE, path, 0, NULL, 0);
  return done;
}
int unlink(const char *name) { return removed(AT_FDCWD, name, 0); }
int unlinkat(int at, const char *name, int flags) { return removed(at, name, flags); }
