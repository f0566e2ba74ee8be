/* threading.Thread is a class in Python with neither __slots__ nor properties in the way: `_name` is in the dictionary of
 * its instances (Lib/threading.py, 3.8-3.15). Where that is:
 *
 *   3.8-3.10   at tp_dictoffset: a dict, whose table of keys is shared by the instances of a class: keys -> index -> values
 *   3.11       four words before the object: the values, keys being those of the class; or three words before it: a dict
 *   3.12       three words before the object: one of both, values marked by the lowest bit of their address less one
 *   3.13+      three words before the object: a dict; where there is none, values behind the object itself
 *
 * In a class of another kind, a C type or one with a slot named __dict__, it is at tp_dictoffset in all versions.
 */
#include "core/thread_name.h"

/* Where the values of an instance without a dict are. */
enum { NO_VALUES, BESIDE_DICT, IN_PLACE_OF_DICT, BEHIND_OBJECT };

/* One row per version and pointer size; offsets in bytes. Sources, by column:
 *
 *   values                              Include/internal/pycore_object.h, 3.11-3.15
 *   dictoffset, basicsize, cached_keys  PyTypeObject, PyHeapTypeObject: Include/cpython/object.h
 *   ma_keys, ma_values                  PyDictObject: Include/cpython/dictobject.h
 *   nentries, indices                   PyDictKeysObject: Objects/dict-common.h up to 3.10, since then Include/internal/
 *                                       pycore_dict.h
 *   first                               values[] in PyDictValues, pycore_dict.h; none up to 3.10
 *   ascii, compact                      sizes of PyASCIIObject and PyCompactUnicodeObject: Include/cpython/unicodeobject.h
 *
 * Printed by the compiler from the headers of 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1, 3.13.0, 3.13.18, 3.14.10 and 3.15.2;
 * for 32 bits with -m32 -malign-double, and SIZEOF_VOID_P and SIZEOF_LONG of pyconfig.h set to 4, as WebAssembly has them.
 */
typedef struct {
    uint8_t minor;
    uint8_t bits;
    uint8_t values;
    uint16_t dictoffset;
    uint8_t basicsize;
    uint16_t cached_keys;
    uint8_t ma_keys;
    uint8_t ma_values;
    uint8_t nentries;
    uint8_t indices;
    uint8_t first;
    uint8_t ascii;
    uint8_t compact;
} instance_layout;

static const instance_layout layouts[] = {
    {10, 32, NO_VALUES, 144, 16, 436, 24, 28, 16, 20, 0, 24, 36},
    {11, 32, BESIDE_DICT, 144, 16, 436, 24, 28, 16, 20, 0, 24, 36},
    {12, 32, IN_PLACE_OF_DICT, 144, 16, 440, 24, 28, 16, 20, 0, 20, 28},
    {13, 32, BEHIND_OBJECT, 144, 16, 440, 24, 28, 16, 20, 4, 20, 28},
    {14, 32, BEHIND_OBJECT, 144, 16, 440, 24, 28, 16, 20, 4, 20, 28},
    {15, 32, BEHIND_OBJECT, 144, 16, 444, 24, 28, 16, 20, 4, 20, 28},

    {8, 64, NO_VALUES, 288, 32, 872, 32, 40, 32, 40, 0, 48, 72},
    {9, 64, NO_VALUES, 288, 32, 864, 32, 40, 32, 40, 0, 48, 72},
    {10, 64, NO_VALUES, 288, 32, 872, 32, 40, 32, 40, 0, 48, 72},
    {11, 64, BESIDE_DICT, 288, 32, 872, 32, 40, 24, 32, 0, 48, 72},
    {12, 64, IN_PLACE_OF_DICT, 288, 32, 880, 32, 40, 24, 32, 0, 40, 56},
    {13, 64, BEHIND_OBJECT, 288, 32, 880, 32, 40, 24, 32, 8, 40, 56},
    {14, 64, BEHIND_OBJECT, 288, 32, 880, 32, 40, 24, 32, 8, 40, 56},
    {15, 64, BEHIND_OBJECT, 288, 32, 888, 32, 40, 24, 32, 8, 40, 56},
};

enum {
    WORD = sizeof(uintptr_t),
    OB_TYPE = WORD,           /* offsetof(PyObject, ob_type) in builds with a GIL: Include/object.h */
    UNICODE_LENGTH = 2 * WORD, /* offsetof(PyASCIIObject, length) */
    UNICODE_STATE = 4 * WORD, /* offsetof(PyASCIIObject, state); its lowest byte, on little-endian machines */
    VALUES_VALID = 3,         /* offsetof(PyDictValues, valid), 3.13+ */
    MOST_KEYS = 1 << 16       /* a table with more is not looked through */
};

/* Bits of PyASCIIObject.state, 3.8-3.15. */
enum { STATE_KIND_SHIFT = 2, STATE_KIND = 7, STATE_COMPACT = 1 << 5, STATE_ASCII = 1 << 6 };

/* PyDictKeysObject.dk_kind, 3.11+: entries {hash, key, value}; the others are {key, value}. */
enum { KEYS_GENERAL };

/* Bits of tp_flags: Include/object.h. */
#define FLAG_INLINE_VALUES (1u << 2)
#define FLAG_MANAGED_DICT (1u << 4)
#define FLAG_HEAPTYPE (1u << 9)
#define FLAG_UNICODE (1u << 28)
#define FLAG_DICT (1u << 29)

static const instance_layout *layout_of(unsigned minor)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        if (layouts[i].minor == minor && layouts[i].bits == 8 * WORD) {
            return &layouts[i];
        }
    }
    return NULL;
}

static uint8_t byte_at(uintptr_t address)
{
    return *(const uint8_t *)address;
}

/* Whether this may be the address of an object or a table: what stands there is read. */
static bool is_address(uintptr_t address)
{
    return address >= 4096 && address % WORD == 0;
}

/* tp_flags stands at the same place in all versions: 168 and 84. */
static uintptr_t flags_of(uintptr_t type)
{
    return pa_word(type + 21 * WORD);
}

static bool is_of(uintptr_t object, uintptr_t flag)
{
    if (!is_address(object)) {
        return false;
    }
    uintptr_t type = pa_word(object + OB_TYPE);
    return is_address(type) && (flags_of(type) & flag) != 0;
}

/* A string in the one form that is made since 3.3, its characters behind its head. */
typedef struct {
    uintptr_t characters;
    size_t length;
    unsigned kind; /* bytes per character: 1, 2, 4 */
} text;

static bool text_of(const instance_layout *layout, uintptr_t object, text *found)
{
    if (!is_of(object, FLAG_UNICODE)) {
        return false;
    }
    uint8_t state = byte_at(object + UNICODE_STATE);
    found->kind = state >> STATE_KIND_SHIFT & STATE_KIND;
    if (!(state & STATE_COMPACT) || (found->kind != 1 && found->kind != 2 && found->kind != 4)) {
        return false;
    }
    found->characters = object + (state & STATE_ASCII ? layout->ascii : layout->compact);
    found->length = pa_word(object + UNICODE_LENGTH);
    return true;
}

static bool is_name(const instance_layout *layout, uintptr_t key)
{
    static const char name[] = "_name";
    text found;
    if (!text_of(layout, key, &found) || found.kind != 1 || found.length != sizeof name - 1) {
        return false;
    }
    for (size_t i = 0; i < sizeof name - 1; i++) {
        if (byte_at(found.characters + i) != (uint8_t)name[i]) {
            return false;
        }
    }
    return true;
}

/* The bytes of dk_indices, in front of the entries. */
static size_t size_of_indices(const instance_layout *layout, uintptr_t keys)
{
    if (layout->minor >= 11) {
        uint8_t log2 = byte_at(keys + WORD + 1); /* dk_log2_index_bytes */
        return log2 < 32 ? (size_t)1 << log2 : 0;
    }
    size_t size = pa_word(keys + WORD); /* dk_size; DK_IXSIZE of Objects/dictobject.c */
    return size <= 0xff ? size : size <= 0xffff ? 2 * size : size <= 0xffffffff ? 4 * size : 0;
}

/* The value of `_name` in a table of keys; `values`: the values of a table that is shared, or 0. 0: none. */
static uintptr_t look_up(const instance_layout *layout, uintptr_t keys, uintptr_t values)
{
    if (!is_address(keys)) {
        return 0;
    }
    size_t entries = pa_word(keys + layout->nentries);
    size_t indices = size_of_indices(layout, keys);
    if (entries > MOST_KEYS || indices == 0) {
        return 0;
    }
    bool general = layout->minor < 11 || byte_at(keys + WORD + 2) == KEYS_GENERAL; /* dk_kind */
    uintptr_t entry = keys + layout->indices + indices + (general ? WORD : 0);
    for (size_t i = 0; i < entries; i++, entry += general ? 3 * WORD : 2 * WORD) {
        uintptr_t key = pa_word(entry);
        if (key != 0 && is_name(layout, key)) {
            return pa_word(values != 0 ? values + layout->first + i * WORD : entry + WORD);
        }
    }
    return 0;
}

static uintptr_t look_up_in_dict(const instance_layout *layout, uintptr_t dict)
{
    if (!is_of(dict, FLAG_DICT)) {
        return 0;
    }
    return look_up(layout, pa_word(dict + layout->ma_keys), pa_word(dict + layout->ma_values));
}

/* The value of the attribute `_name`, 0 where there is none. */
static uintptr_t attribute(const instance_layout *layout, uintptr_t self)
{
    uintptr_t type = pa_word(self + OB_TYPE);
    if (!is_address(type)) {
        return 0;
    }
    uintptr_t flags = flags_of(type);
    if (layout->values == NO_VALUES || !(flags & FLAG_MANAGED_DICT)) {
        intptr_t offset = (intptr_t)pa_word(type + layout->dictoffset);
        return offset > 0 ? look_up_in_dict(layout, pa_word(self + (uintptr_t)offset)) : 0;
    }
    if (!(flags & FLAG_HEAPTYPE)) {
        return 0;
    }
    uintptr_t keys = pa_word(type + layout->cached_keys);
    uintptr_t dict = pa_word(self - 3 * WORD);
    uintptr_t values = 0;
    switch (layout->values) {
    case BESIDE_DICT:
        values = pa_word(self - 4 * WORD);
        break;
    case IN_PLACE_OF_DICT:
        values = dict & 1 ? dict + 1 : 0;
        break;
    default:
        if (dict == 0 && flags & FLAG_INLINE_VALUES) {
            values = self + pa_word(type + layout->basicsize);
            values = byte_at(values + VALUES_VALID) ? values : 0;
        }
    }
    return values != 0 ? look_up(layout, keys, values) : look_up_in_dict(layout, dict);
}

/* The bytes of a character in UTF-8. */
static unsigned encode(uint32_t character, uint8_t bytes[4])
{
    if (character < 0x80) {
        bytes[0] = (uint8_t)character;
        return 1;
    }
    if ((character >= 0xd800 && character < 0xe000) || character > 0x10ffff) {
        character = 0xfffd;
    }
    unsigned more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
    bytes[0] = (uint8_t)(first[more] | character >> 6 * more);
    for (unsigned i = 1; i <= more; i++) {
        bytes[i] = (uint8_t)(0x80 | (character >> 6 * (more - i) & 0x3f));
    }
    return more + 1;
}

static uint32_t character_at(const text *from, size_t i)
{
    uint32_t character = 0;
    __builtin_memcpy(&character, (const void *)(from->characters + i * from->kind), from->kind);
    return character;
}

bool pa_thread_name(unsigned minor, uintptr_t self, char *out, size_t size)
{
    if (size == 0) {
        return false;
    }
    out[0] = '\0';
    const instance_layout *layout = layout_of(minor);
    text name;
    if (layout == NULL || !is_address(self) || !text_of(layout, attribute(layout, self), &name)) {
        return false;
    }
    size_t used = 0;
    for (size_t i = 0; i < name.length; i++) {
        uint8_t bytes[4];
        unsigned count = encode(character_at(&name, i), bytes);
        if (used + count >= size) {
            break;
        }
        for (unsigned k = 0; k < count; k++) {
            out[used++] = (char)bytes[k];
        }
    }
    out[used] = '\0';
    return true;
}
