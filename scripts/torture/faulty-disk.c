/*
 * A disk that can fail, put in front of the real one with LD_PRELOAD: for files under one folder it fails, cuts short or
 * kills at the operation it is told to, and writes down every change in order, so that a power cut can be played later.
 * It never changes what is written. Linux with glibc or musl; single operations only, which is what SQLite uses.
 *
 * FAULTY_DISK_FOLDER   the folder, absolute
 * FAULTY_DISK_CONTROL  a file of 256 bytes that its master writes at any time (see faulty-disk.ts):
 *                      "ORDER OPERATION ENDING EFFECT SKIP TIMES\n"; from byte 128 it answers with two uint32: how many
 *                      operations of that order it has seen, and how many it has spoilt
 * FAULTY_DISK_RECORD   a file to append the record to
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES 4096
#define CONTROL_BYTES 256
#define EFFECT_KILL 0
#define EFFECT_SHORT (-1)

static char *names[FILES]; /* by descriptor: the path under the folder, "." for the folder itself */
static const char *folder;
static size_t folder_length;
static volatile char *control;
static int record = -1;
static pthread_mutex_t order_lock = PTHREAD_MUTEX_INITIALIZER;
static long order = -1, seen, spoilt;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static int (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *);
static int (*real_mkdir)(const char *, mode_t);
static long (*real_syscall)(long, ...);

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
  real_write = next("write");
  real_pwrite = next("pwrite64");
  real_fsync = next("fsync");
  real_fdatasync = next("fdatasync");
  real_ftruncate = next("ftruncate64");
  real_open = next("open64");
  real_close = next("close");
  real_unlink = next("unlink");
  real_rename = next("rename");
  real_mkdir = next("mkdir");
  real_syscall = next("syscall");
  folder = getenv("FAULTY_DISK_FOLDER");
  if (!folder) return;
  folder_length = strlen(folder);
  const char *at = getenv("FAULTY_DISK_CONTROL");
  if (at) {
    int fd = real_open(at, O_RDWR);
    void *page = fd < 0 ? MAP_FAILED : mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page != MAP_FAILED) control = page;
    if (fd >= 0) real_close(fd);
  }
  const char *to = getenv("FAULTY_DISK_RECORD");
  if (to) record = real_open(to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

/* The path under the folder, or NULL for what is none of ours. */
static const char *under(const char *path) {
  if (!folder || strncmp(path, folder, folder_length) != 0) return NULL;
  if (path[folder_length] == '\0') return ".";
  return path[folder_length] == '/' ? path + folder_length + 1 : NULL;
}
static const char *name_of(int fd) { return fd >= 0 && fd < FILES ? names[fd] : NULL; }

static int ends(const char *name, const char *ending) {
  size_t n = strlen(name), e = strlen(ending);
  return strcmp(ending, "*") == 0 || (n >= e && strcmp(name + n - e, ending) == 0);
}

/* One record in one write, so that records of several processes don't mix. */
static void note(char kind, const char *name, uint64_t offset, const void *data, uint32_t length) {
  if (record < 0) return;
  uint16_t name_length = (uint16_t)strlen(name);
  size_t size = 15 + name_length + (size_t)length;
  char *bytes = malloc(size);
  if (!bytes) abort();
  bytes[0] = kind;
  memcpy(bytes + 1, &name_length, 2);
  memcpy(bytes + 3, &offset, 8);
  memcpy(bytes + 11, &length, 4);
  memcpy(bytes + 15, name, name_length);
  if (length > 0) memcpy(bytes + 15 + name_length, data, length);
  if (real_write(record, bytes, size) != (ssize_t)size) abort();
  free(bytes);
}

/* What to do with this operation: 1 go on, else *effect says how it is spoilt. */
static int allowed(const char *operation, const char *name, int *effect) {
  if (!control) return 1;
  char line[129], wanted[16], ending[64];
  long now, skip, times;
  pthread_mutex_lock(&order_lock);
  for (int i = 0; i < 128; i++) line[i] = control[i];
  line[128] = '\0';
  int is_spoilt = 0;
  if (sscanf(line, "%ld %15s %63s %d %ld %ld", &now, wanted, ending, effect, &skip, &times) == 6) {
    if (now != order) {
      order = now;
      seen = spoilt = 0;
    }
    if ((strcmp(wanted, "any") == 0 || strcmp(wanted, operation) == 0) && ends(name, ending)) {
      seen++;
      if (seen > skip && (times < 0 || spoilt < times)) {
        spoilt++;
        is_spoilt = 1;
      }
      uint32_t counts[2] = {(uint32_t)seen, (uint32_t)spoilt};
      memcpy((char *)control + 128, counts, sizeof counts);
    }
  }
  pthread_mutex_unlock(&order_lock);
  if (is_spoilt && *effect == EFFECT_KILL) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  return !is_spoilt;
}

static int refused(int effect) {
  errno = effect > 0 ? effect : EIO;
  return -1;
}

static ssize_t put(int fd, const void *data, size_t length, off_t offset, int is_positioned) {
  const char *name = name_of(fd);
  int effect = 0;
  size_t goes = length;
  if (name && !allowed("write", name, &effect)) {
    if (effect != EFFECT_SHORT || length < 2) return refused(effect);
    goes = length / 2;
  }
  off_t at = !name || is_positioned ? offset : lseek(fd, 0, SEEK_CUR);
  ssize_t done = is_positioned ? real_pwrite(fd, data, goes, offset) : real_write(fd, data, goes);
  if (name && done > 0) note('W', name, (uint64_t)at, data, (uint32_t)done);
  return done;
}
ssize_t write(int fd, const void *data, size_t length) { return put(fd, data, length, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return put(fd, data, length, offset, 1); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return put(fd, data, length, offset, 1); }

static int sync_with(int (*real)(int), int fd) {
  const char *name = name_of(fd);
  int effect = 0;
  if (!name) return real(fd);
  if (!allowed("sync", name, &effect)) {
    note('F', name, 0, NULL, 0);
    return refused(effect);
  }
  int done = real(fd);
  note(done == 0 ? 'S' : 'F', name, 0, NULL, 0);
  return done;
}
int fsync(int fd) { return sync_with(real_fsync, fd); }
int fdatasync(int fd) { return sync_with(real_fdatasync, fd); }

static int cut(int fd, off_t length) {
  const char *name = name_of(fd);
  int effect = 0;
  if (name && !allowed("truncate", name, &effect)) return refused(effect);
  int done = real_ftruncate(fd, length);
  if (name && done == 0) note('T', name, (uint64_t)length, NULL, 0);
  return done;
}
int ftruncate(int fd, off_t length) { return cut(fd, length); }
int ftruncate64(int fd, off64_t length) { return cut(fd, length); }

static int open_with(const char *path, int flags, mode_t mode) {
  const char *name = under(path);
  int effect = 0;
  if (!name) return real_open(path, flags, mode);
  int is_new = (flags & O_CREAT) && access(path, F_OK) != 0;
  if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) && !allowed("open", name, &effect)) return refused(effect);
  int fd = real_open(path, flags, mode);
  if (fd < 0) return fd;
  if (is_new) note('C', name, 0, NULL, 0);
  if (flags & O_TRUNC) note('T', name, 0, NULL, 0);
  if (fd < FILES) {
    free(names[fd]);
    names[fd] = strdup(name);
  }
  return fd;
}
int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? (mode_t)va_arg(rest, int) : 0;
  va_end(rest);
  return open_with(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? (mode_t)va_arg(rest, int) : 0;
  va_end(rest);
  return open_with(path, flags, mode);
}
static void forget(long fd) {
  if (fd >= 0 && fd < FILES && names[fd]) {
    free(names[fd]);
    names[fd] = NULL;
  }
}
int close(int fd) {
  forget(fd);
  return real_close(fd);
}
/* libuv closes files so: the number's next owner, a printer's socket, would pass for the file. */
long syscall(long number, ...) {
  long a[6];
  va_list rest;
  va_start(rest, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_close) forget((int)a[0]);
  return real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int unlink(const char *path) {
  const char *name = under(path);
  int effect = 0;
  if (name && !allowed("unlink", name, &effect)) return refused(effect);
  int done = real_unlink(path);
  if (name && done == 0) note('U', name, 0, NULL, 0);
  return done;
}
int rename(const char *from, const char *to) {
  const char *name = under(from), *other = under(to);
  int effect = 0;
  if (name && !allowed("rename", name, &effect)) return refused(effect);
  int done = real_rename(from, to);
  if (name && other && done == 0) note('R', name, 0, other, (uint32_t)strlen(other));
  return done;
}
int mkdir(const char *path, mode_t mode) {
  const char *name = under(path);
  int effect = 0;
  if (name && !allowed("mkdir", name, &effect)) return refused(effect);
  int done = real_mkdir(path, mode);
  if (name && done == 0) note('M', name, 0, NULL, 0);
  return done;
}
