// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the second run on nothing is allocated and no lock is taken: malloc and
// the locks of pthreads are this file's, and count.

#include "test/cts/Devices.h"

#include <atomic>
#include <dlfcn.h>
#include <pthread.h>

using namespace sluice::test;

static std::atomic<uint64_t> allocations, locks;

extern "C" {
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
  ++allocations;
  return __libc_realloc(memory, size);
}

#define COUNTED_LOCK(function, type)                                           \
  int function(type *lock) noexcept {                                          \
    static auto *real =                                                        \
        reinterpret_cast<int (*)(type *)>(dlsym(RTLD_NEXT, #function));        \
    ++locks;                                                                   \
    return real(lock);                                                         \
  }
COUNTED_LOCK(pthread_mutex_lock, pthread_mutex_t)
COUNTED_LOCK(pthread_mutex_trylock, pthread_mutex_t)
COUNTED_LOCK(pthread_rwlock_rdlock, pthread_rwlock_t)
COUNTED_LOCK(pthread_rwlock_wrlock, pthread_rwlock_t)
COUNTED_LOCK(pthread_spin_lock, pthread_spinlock_t)
}

namespace {

class HotPath : public testing::TestWithParam<const char *> {};

TEST_P(HotPath, AllocatesNothingAndTakesNoLock) {
  PackagePtr package = loadTestPackage();
  SessionPtr session = openSession(package.get(), GetParam(), true);
  ASSERT_TRUE(session);
  int8_t x[TestPackage::kTensorSize] = {3};
  auto run = [&] {
    const void *y;
    sluice_run_options_t options = {sizeof(options),
                                    sluice_monotonic_ns() + 60'000'000'000};
    sluice_profile_t profile;
    return sluice_session_set_input(session.get(), 0, x, sizeof(x)) |
           sluice_session_run(session.get()) |
           sluice_session_run_with(session.get(), &options) |
           sluice_session_output_data(session.get(), 0, &y) |
           sluice_session_profile(session.get(), &profile);
  };
  ASSERT_EQ(run(), SLUICE_STATUS_OK) << sluice_status_message();
  uint64_t allocationsBefore = allocations, locksBefore = locks;
  int failed = 0;
  for (int i = 0; i < 10; ++i)
    failed |= run();
  uint64_t allocated = allocations - allocationsBefore,
           locked = locks - locksBefore;
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(allocated, 0u);
  EXPECT_EQ(locked, 0u);
}

TEST(Counts, Count) {
  uint64_t allocationsBefore = allocations, locksBefore = locks;
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  free(malloc(allocationsBefore % 7 + 1));
  std::string text(allocationsBefore % 7 + 100, 'x');
  EXPECT_GE(allocations - allocationsBefore, 2u) << text;
  EXPECT_GE(locks - locksBefore, 1u);
}

// The simulated engine is in this process, and may do what hardware would not.
INSTANTIATE_TEST_SUITE_P(Devices, HotPath,
                         testing::Values("cpu", "cpu:threads=2", "null",
                                         "null:host=0", "fault:cpu,at=99999"),
                         [](const testing::TestParamInfo<const char *> &info) {
                           return nameOf(info.param);
                         });

} // namespace
