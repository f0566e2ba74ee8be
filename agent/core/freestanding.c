/* The two functions a compiler may call on its own. Compiled with -fno-builtin, so that they do not call themselves. */
#include <stddef.h>

void *memset(void *to, int byte, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);

__attribute__((visibility("hidden"))) void *memset(void *to, int byte, size_t size)
{
    unsigned char *bytes = to;
    while (size-- > 0) {
        *bytes++ = (unsigned char)byte;
    }
    return to;
}

__attribute__((visibility("hidden"))) void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    unsigned char *bytes = to;
    const unsigned char *source = from;
    while (size-- > 0) {
        *bytes++ = *source++;
    }
    return to;
}
