"""Which CPU a binary needs, by disassembling all of its machine code.

A published wheel may hold no instruction beyond the oldest CPU that its platform tag covers, not even behind a test of
the CPU: that would have to be proven, and nothing of ours needs one.

How much is proven, and how:

- x86_64, i686: every instruction, with iced-x86, which knows the CPUID feature of each. One encoding is undecidable:
  ``F3 0F BC`` is TZCNT to a CPU with BMI1 and ``rep bsf`` to one without, and LLVM emits it for both; it is taken for
  the latter. LZCNT, whose result differs, is refused.
- aarch64: every instruction; capstone names it, and the lists here say which names the architecture had at first
  (ARMv8.0-A), and which came until Apple's M1. Both lists were made by letting LLVM's assembler judge what capstone
  printed. Hints (BTI, PAC in the hint space) are NOPs on an older CPU, and allowed.
- armv7l: every instruction of A32 code, but for words that are used as data relative to the PC. Thumb code cannot be
  told from data without the symbols that strip removes; that it is there is reported, and it is not judged.
- ppc64le: every instruction; capstone does not know most of POWER10, which is then refused as undecodable, and knows
  POWER9 without saying so, for which the list here stands, of Power ISA 3.0's instructions sorted by version.
- s390x: every instruction; capstone has LLVM's facility for each up to z14, and does not decode later ones.
- riscv64: capstone decodes nothing but RV64IMAFDC; what it does not decode is refused.

What cannot be decoded is refused too, because it may be an instruction of a newer CPU, but for zero words, which
every architecture has as padding.
"""

from __future__ import annotations

import functools
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import capstone
import iced_x86

from nano_ffi.wheels.binary import Code, Format, Image

__all__ = ["Excess", "asks_the_cpu", "baseline_name", "beyond_baseline", "thumb"]


@dataclass(kw_only=True)
class Excess:
    """Instructions of one feature that the baseline does not have."""

    feature: str
    instruction: str
    """The first of them."""
    address: int
    count: int = field(default=1)


def baseline_name(image: Image) -> str:
    """What `beyond_baseline` measures an image by."""
    if image.format is Format.MACHO:
        return {"x86_64": "Penryn (SSE4.1)", "aarch64": "Apple M1"}[image.machine]
    if image.format is Format.PE and image.machine == "x86_64":
        return "x86-64-v1 with CMPXCHG16B and PREFETCHW, the least that Windows 10 runs on"
    return {
        "x86_64": "x86-64-v1",
        "i686": "Pentium 4 (SSE2)",
        "aarch64": "ARMv8.0-A",
        "armv7l": "ARMv7-A with VFPv3-D16",
        "ppc64le": "POWER8",
        "s390x": "z196",
        "riscv64": "RV64GC",
    }[image.machine]


def thumb(image: Image) -> bool:
    """Whether an ARM image is entered in Thumb state, so that it cannot be judged."""
    return image.machine == "armv7l" and any(address & 1 for address in image.entries)


def asks_the_cpu(image: Image) -> bool:
    """Whether code of another compiler may choose by the CPU that it finds: CPUID, or glibc's and Linux' answer."""
    if image.machine in {"x86_64", "i686"}:
        return any(b"\x0f\xa2" in code.data for code in image.code)
    return any(
        imported.name in {"getauxval", "sysctlbyname", "IsProcessorFeaturePresent"} for imported in image.imports
    )


def beyond_baseline(image: Image) -> list[Excess]:
    """The features that the image's code uses beyond its baseline, first address first; empty where there is none.

    Raises KeyError for a machine that has no baseline here.
    """
    found: dict[str, Excess] = {}
    judge = _x86 if image.machine in {"x86_64", "i686"} else _units
    for code in image.code:
        for address, feature, text in judge(image, code):
            known = found.get(feature)
            if known is None:
                found[feature] = Excess(feature=feature, instruction=text(), address=address)
            else:
                known.count += 1
    return sorted(found.values(), key=lambda excess: excess.address)


Finding = tuple[int, str, Callable[[], str]]
"""Address, feature, and what gives the instruction's text."""

UNDECODABLE = "an unknown instruction, or data between the instructions"

X86_64_V1 = frozenset(
    "INTEL8086 INTEL186 INTEL286 INTEL386 INTEL486 X64 FPU FPU287 FPU387 CMOV CPUID CX8 FXSR MMX MULTIBYTENOP PAUSE "
    "SSE SSE2 "
    # ENDBR is a NOP where there is no CET.
    "CLFSH SYSCALL TSC CET_IBT".split()
)
X86 = {
    ("x86_64", Format.ELF): X86_64_V1,
    ("x86_64", Format.PE): X86_64_V1 | {"CMPXCHG16B", "PREFETCHW"},
    ("x86_64", Format.MACHO): X86_64_V1 | {"CMPXCHG16B", "SSE3", "SSSE3", "SSE4_1"},
    ("i686", Format.ELF): X86_64_V1 - {"X64", "SYSCALL"} | {"SEP"},
    ("i686", Format.PE): X86_64_V1 - {"X64", "SYSCALL"} | {"SEP"},
}


@functools.cache
def _x86_features() -> dict[int, str]:
    return {
        value: name
        for name in dir(iced_x86.CpuidFeature)
        if isinstance(value := getattr(iced_x86.CpuidFeature, name), int)
    }


_x86_verdicts: dict[tuple[str, Format, int], str | None] = {}


def _x86(image: Image, code: Code) -> Iterator[Finding]:
    allowed = X86[image.machine, image.format]
    decoder = iced_x86.Decoder(
        64 if image.machine == "x86_64" else 32,
        code.data,
        ip=code.address,
        options=iced_x86.DecoderOptions.NO_MPFX_0FBC,
    )
    fine: set[int] = set()
    for instruction in decoder:
        number = instruction.code
        if number in fine:
            continue
        if number == iced_x86.Code.XGETBV:
            # Microsoft's C runtime asks with it, behind CPUID, whether the system knows AVX.
            continue
        key = (image.machine, image.format, number)
        if key not in _x86_verdicts:
            needs = [_x86_features()[feature] for feature in instruction.cpuid_features()]
            _x86_verdicts[key] = "+".join(name for name in needs if name not in allowed) or None
            if number == iced_x86.Code.INVALID:
                _x86_verdicts[key] = UNDECODABLE
        feature = _x86_verdicts[key]
        if feature is None:
            fine.add(number)
            continue
        offset, size = instruction.ip - code.address, instruction.len
        if number == iced_x86.Code.INVALID and not any(code.data[offset:]):
            return
        raw = code.data[offset : offset + size]
        yield (
            instruction.ip,
            feature,
            functools.partial(_hex_or_text, str(instruction), raw, number == iced_x86.Code.INVALID),
        )


def _hex_or_text(text: str, raw: bytes, unknown: bool) -> str:
    return f"bytes {raw.hex(' ')}" if unknown else text


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """How the code of a machine is cut into instructions, and how one is judged."""

    capstone: tuple[int, int]
    units: Callable[[bytes], Iterator[tuple[int, bytes]]]
    """Offset and bytes of each instruction."""
    judge: Callable[[str, str, bytes, frozenset[str]], str | None]
    """(mnemonic, operands, bytes, capstone's groups) → the feature beyond the baseline."""
    groups: bool = False
    """Whether `judge` looks at the groups, which cost time."""


_verdicts: dict[tuple[str, Format, bytes], str | None] = {}


def _units(image: Image, code: Code) -> Iterator[Finding]:
    architecture = ARCHITECTURES[image.machine, image.format]
    engine = _engine(image.machine, image.format)
    for offset, unit in architecture.units(code.data):
        key = (image.machine, image.format, unit)
        try:
            feature = _verdicts[key]
        except KeyError:
            feature = _verdicts[key] = _verdict(architecture, engine, unit)
        if feature is not None:
            yield code.address + offset, feature, functools.partial(_text, engine, unit, code.address + offset)


@functools.cache
def _engine(machine: str, format: Format) -> capstone.Cs:
    architecture = ARCHITECTURES[machine, format]
    engine = capstone.Cs(*architecture.capstone)
    engine.detail = architecture.groups
    return engine


def _verdict(architecture: Architecture, engine: capstone.Cs, unit: bytes) -> str | None:
    if not any(unit):
        return None
    if architecture.groups:
        for full in engine.disasm(unit, 0x1000):
            names = frozenset(str(full.group_name(group)) for group in full.groups)
            return architecture.judge(full.mnemonic, full.op_str, unit, names)
    else:
        for _, size, mnemonic, operands in engine.disasm_lite(unit, 0x1000):
            if size == len(unit):
                return architecture.judge(mnemonic, operands, unit, frozenset())
    return UNDECODABLE


def _text(engine: capstone.Cs, unit: bytes, address: int) -> str:
    for _, _, mnemonic, operands in engine.disasm_lite(unit, address):
        return f"{mnemonic} {operands}".strip()
    return f"bytes {unit.hex(' ')}"


def _words(data: bytes) -> Iterator[tuple[int, bytes]]:
    for offset in range(0, len(data) - 3, 4):
        yield offset, data[offset : offset + 4]


def _ppc_words(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The words but those with the primary opcode 0, which is illegal: GCC's traceback tables behind functions."""
    return (unit for unit in _words(data) if unit[1][3] >> 2)


UNWINDER = frozenset({0x04E0E3E0, 0xE1206200, 0x04305830, 0xD503447F, 0xD9200908})
"""``cntd x0``, ``str za[w15, 0], [x16]``, ``addsvl x16, x16, #1``, ``smstop za``, ``stg x8, [x8]``: in libunwind, and so in each binary of C++.

It comes to them in frames of functions that have used SVE, SME or MTE, which such functions' unwind tables say. No function
for such a CPU is made of these alone.
"""


def _a64_words(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The words but `UNWINDER`'s, and those of ARMv8.0-A that differ at nearly every address: branches, ADR and ADRP."""
    for index, (word,) in enumerate(struct.iter_unpack("<I", data[: len(data) & ~3])):
        if (
            word & 0x7C000000 != 0x14000000
            and word & 0xFF000010 != 0x54000000
            and word & 0x7C000000 != 0x34000000
            and word & 0x1F000000 != 0x10000000
            and word not in UNWINDER
        ):
            yield 4 * index, data[4 * index : 4 * index + 4]


def _a32_words(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The words but those that an instruction loads relative to the PC, and those that no CPU takes for an instruction.

    The latter begin with 0xFF (ARMv8-A, F4.1: permanently undefined): negative offsets in jump tables, constants.
    """
    words = [word for (word,) in struct.iter_unpack("<I", data[: len(data) & ~3])]
    literals: set[int] = set()
    for index, word in enumerate(words):
        up = 1 if word & 0x00800000 else -1
        if word & 0x0F3F0000 == 0x051F0000:  # LDR, LDRB (literal)
            literals.add((4 * index + 8 + up * (word & 0xFFF)) // 4)
        elif word & 0x0F3F0E00 == 0x0D1F0A00:  # VLDR (literal)
            first = (4 * index + 8 + up * 4 * (word & 0xFF)) // 4
            literals.update({first, first + 1} if word & 0x100 else {first})
        elif word & 0x0F7F00F0 == 0x014F00D0:  # LDRD (literal)
            first = (4 * index + 8 + up * (word >> 4 & 0xF0 | word & 0xF)) // 4
            literals.update({first, first + 1})
        elif word & 0x0F7F0000 in {0x020F0000, 0x024F0000}:  # ADR, mostly to a constant of two words
            first = (4 * index + 8 + (1 if word & 0x00800000 else -1) * _a32_immediate(word)) // 4
            literals.update({first, first + 1})
    for index, word in enumerate(words):
        if index not in literals and word < 0xFF000000:
            yield 4 * index, data[4 * index : 4 * index + 4]


def _a32_immediate(word: int) -> int:
    """The modified immediate constant (ARMv7-A, A5.2.4): 8 bits, rotated right by twice the next 4."""
    value, rotation = word & 0xFF, (word >> 8 & 0xF) * 2
    return (value >> rotation | value << (32 - rotation)) & 0xFFFFFFFF


def _s390x_units(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The two highest bits of the first byte give the length (z/Architecture Principles of Operation)."""
    offset = 0
    while offset < len(data):
        size = (2, 4, 4, 6)[data[offset] >> 6]
        yield offset, data[offset : offset + size]
        offset += size


def _riscv_units(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The two lowest bits tell 16 bits from more (RISC-V unprivileged ISA, "Base instruction-length encoding")."""
    offset = 0
    while offset < len(data):
        size = 4 if data[offset] & 3 == 3 else 2
        yield offset, data[offset : offset + size]
        offset += size


ARMV8_0 = frozenset(
    """
    abs adc adcs add addhn addhn2 addp adds addv adr adrp and ands asr asrv at autia1716 autiasp autiaz
    autib1716 autibsp autibz b bfc bfi bfm bfxil bic bics bif bit bl blr br brk bsl bti cbnz cbz ccmn ccmp cinc
    cinv clrex cls clz cmeq cmge cmgt cmhi cmhs cmle cmlt cmn cmp cmtst cneg cnt csdb csel cset csetm csinc
    csinv csneg dc dcps1 dcps2 dcps3 dgh dmb drps dsb dup eon eor eret esb ext extr fabd fabs facge facgt fadd
    faddp fccmp fccmpe fcmeq fcmge fcmgt fcmle fcmlt fcmp fcmpe fcsel fcvt fcvtas fcvtau fcvtl fcvtl2 fcvtms
    fcvtmu fcvtn fcvtn2 fcvtns fcvtnu fcvtps fcvtpu fcvtxn fcvtxn2 fcvtzs fcvtzu fdiv fmadd fmax fmaxnm fmaxnmp
    fmaxnmv fmaxp fmaxv fmin fminnm fminnmp fminnmv fminp fminv fmla fmls fmov fmsub fmul fmulx fneg fnmadd
    fnmsub fnmul frecpe frecps frecpx frinta frinti frintm frintn frintp frintx frintz frsqrte frsqrts fsqrt
    fsub hint hlt hvc ic ins isb ld1 ld1r ld2 ld2r ld3 ld3r ld4 ld4r ldar ldarb ldarh ldaxp ldaxr ldaxrb ldaxrh
    ldnp ldp ldpsw ldr ldrb ldrh ldrsb ldrsh ldrsw ldtr ldtrb ldtrh ldtrsb ldtrsh ldtrsw ldur ldurb ldurh ldursb
    ldursh ldursw ldxp ldxr ldxrb ldxrh lsl lslv lsr lsrv madd mla mls mneg mov movi movk movn movz mrs msr msub
    mul mvn mvni neg negs ngc ngcs nop not orn orr pacia1716 paciasp paciaz pacib1716 pacibsp pacibz pmul pmull
    pmull2 prfm prfum psb pssbb raddhn raddhn2 rbit ret rev rev16 rev32 rev64 ror rorv rshrn rshrn2 rsubhn
    rsubhn2 saba sabal sabal2 sabd sabdl sabdl2 sadalp saddl saddl2 saddlp saddlv saddw saddw2 sbc sbcs sbfiz
    sbfm sbfx scvtf sdiv sev sevl shadd shl shll shll2 shrn shrn2 shsub sli smaddl smax smaxp smaxv smc smin
    sminp sminv smlal smlal2 smlsl smlsl2 smnegl smov smsubl smulh smull smull2 sqabs sqadd sqdmlal sqdmlal2
    sqdmlsl sqdmlsl2 sqdmulh sqdmull sqdmull2 sqneg sqrdmulh sqrshl sqrshrn sqrshrn2 sqrshrun sqrshrun2 sqshl
    sqshlu sqshrn sqshrn2 sqshrun sqshrun2 sqsub sqxtn sqxtn2 sqxtun sqxtun2 srhadd sri srshl srshr srsra ssbb
    sshl sshll sshll2 sshr ssra ssubl ssubl2 ssubw ssubw2 st1 st2 st3 st4 stlr stlrb stlrh stlxp stlxr stlxrb
    stlxrh stnp stp str strb strh sttr sttrb sttrh stur sturb sturh stxp stxr stxrb stxrh sub subhn subhn2 subs
    suqadd svc sxtb sxth sxtl sxtl2 sxtw sys sysl tbl tbnz tbx tbz tlbi trn1 trn2 tsb tst uaba uabal uabal2 uabd
    uabdl uabdl2 uadalp uaddl uaddl2 uaddlp uaddlv uaddw uaddw2 ubfiz ubfm ubfx ucvtf udf udiv uhadd uhsub
    umaddl umax umaxp umaxv umin uminp uminv umlal umlal2 umlsl umlsl2 umnegl umov umsubl umulh umull umull2
    uqadd uqrshl uqrshrn uqrshrn2 uqshl uqshrn uqshrn2 uqsub uqxtn uqxtn2 urecpe urhadd urshl urshr ursqrte
    ursra ushl ushll ushll2 ushr usqadd usra usubl usubl2 usubw usubw2 uxtb uxth uxtl uxtl2 uxtw uzp1 uzp2 wfe
    wfi xpaclri xtn xtn2 yield zip1 zip2
    """.split()
)

APPLE_M1 = re.compile(
    # LSE
    r"casp(?:a|l|al)?|(?:cas|swp)(?:a|l|al)?[bh]?|(?:ld|st)(?:add|clr|eor|set|smax|smin|umax|umin)(?:a|l|al)?[bh]?"
    # LOR, RCPC, RCPC-IMMO
    r"|ldl?ar[bh]?|stll?r[bh]?|ldap(?:r|ur)(?:s?[bhw])?|stlur[bh]?"
    r"|crc32c?[bhwx]|aes(?:d|e|mc|imc)|sha(?:1|256|512)\w+|eor3|bcax|rax1|xar"
    r"|sqrdml[as]h|[su]dot|fml[as]l2?|fjcvtzs|fcmla|fcadd|frint(?:32|64)[xz]|cfinv|rmif|setf(?:8|16)|[ax]{2}flag|sb"
    r"|(?:pac|aut)[id]z?[ab]|pacga|xpac[id]|(?:ret|eret)a[ab]|(?:br|blr)a[ab]z?|ldra[ab]"
)
"""What Apple's M1 has beyond ARMv8.0-A; LLVM's processor ``apple-m1``."""

A64_FEATURES = (
    (re.compile(r"(?:cas|swp)\w*|(?:ld|st)(?:add|clr|eor|set|smax|smin|umax|umin)\w*"), "LSE"),
    (re.compile(r"crc32\w+"), "CRC"),
    (re.compile(r"aes\w+"), "AES"),
    (re.compile(r"sha\w+|eor3|bcax|rax1|xar"), "SHA"),
    (re.compile(r"sm[34]\w+"), "SM3 or SM4"),
    (re.compile(r"ldap\w+|stlur\w*"), "RCPC"),
    (re.compile(r"[su]dot"), "DOTPROD"),
    (re.compile(r"(?:pac|aut)\w+|(?:br|blr|ret|eret)a\w*|ldra[ab]"), "PAUTH"),
    (re.compile(r"(?:cnt|inc|dec|[su]q(?:inc|dec))[bhwd]|add[vp]l|rdvl|rdffr|wrffr|setffr"), "SVE or SME"),
    (re.compile(r"cpy\w+|set\w+"), "MOPS"),
)


def _a64(name: str, operands: str, unit: bytes, groups: frozenset[str], *, m1: bool) -> str | None:
    if re.search(r"\b(?:[zp]\d+|za\d*)\b", operands):
        return "SVE or SME"
    if not m1:
        half = name.startswith("f") or name in {"scvtf", "ucvtf"}
        converts = name in {"fcvt", "fcvtl", "fcvtl2", "fcvtn", "fcvtn2"}
        if half and not converts and re.search(r"\bh\d+\b|\.[48]h\b|\.h\[", operands):
            return "FP16"
        if ".1q" in operands:
            return "AES (PMULL)"
    if name in ARMV8_0 or (m1 and APPLE_M1.fullmatch(name)):
        return None
    known = (feature for names, feature in A64_FEATURES if names.fullmatch(name))
    return next(known, "an instruction that came after ARMv8.0-A")


A32_REFUSED = (
    (re.compile(r"[su]div"), "hardware division (IDIV)"),
    (re.compile(r"crc32\w+"), "CRC"),
    (re.compile(r"lda(?:ex)?[bhd]?|stl(?:ex)?[bhd]?|hlt|sevl|dcps\d|setpan"), "ARMv8"),
    (re.compile(r"vfn?m[as]"), "VFPv4 (fused multiply-add)"),
    (re.compile(r"vcvt[bt]"), "VFPv3 half precision"),
    (re.compile(r"vrint\w+|vjcvt|vmaxnm|vminnm|vsel|vcvt[anpm]|vmovx|vins"), "ARMv8 floating point"),
    (re.compile(r"vdup"), "NEON"),
)
CONDITION = re.compile(r"(?:eq|ne|hs|cs|lo|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le|al)$")


def _a32(mnemonic: str, operands: str, unit: bytes, groups: frozenset[str]) -> str | None:
    """Encodings are those of the ARM Architecture Reference Manual ARMv7-A, A5.7 and A7."""
    (word,) = struct.unpack("<I", unit)
    if word >> 25 == 0b1111001 or word & 0xFF100000 == 0xF4000000:
        return "NEON"
    if word >> 24 in {0xFC, 0xFD, 0xFE} and word >> 8 & 0xF in {8, 9, 10, 11, 13}:
        return "ARMv8 floating point"
    name, _, kind = mnemonic.partition(".")
    for names, feature in A32_REFUSED:
        if names.fullmatch(name) or names.fullmatch(CONDITION.sub("", name)):
            return feature
    if name.startswith("v"):
        if re.search(r"\b(?:d(?:1[6-9]|2\d|3[01])|q(?:[89]|1[0-5]))\b", operands):
            return "VFP with 32 registers (D32)"
        if re.search(r"\bf?16\b", kind) and not kind.startswith("f32"):
            # Fixed-point conversions have s16 and u16, which are VFPv3.
            return "FP16" if re.search(r"\bf16\b", kind) or name.startswith(("vldr", "vstr")) else "NEON"
        if "q" in re.findall(r"\b([qds])\d+\b", operands) or (
            "[" in operands and re.search(r"\b[su]?(?:8|16)\b", kind)
        ):
            return "NEON"
    return None


POWER9 = re.compile(
    # ISA 3.0
    r"addpcis|lnia|subpcis|cmpeqb|cmprb|cnttz[dw]|copy|cp_abort|paste|darn|dtstsfiq?|extswsli|l[dw]at|st[dw]at|ldmx"
    r"|maddhdu?|maddld|mcrxrx|mod[su][dw]|msgsync|r?scv|rfscv|setb|slbi?eg|slbsync|stop"
    r"|bcd(?:cfn|cfsq|cfz|cpsgn|ctn|ctsq|ctz|s|setsgn|sr|trunc|us|utrunc)"
    r"|lx(?:sd|sibzx|sihzx|ssp|v|vb16x|vh8x|vl|vll|vwsx|vx)|stx(?:sd|sibx|sihx|ssp|v|vb16x|vh8x|vl|vll|vx)"
    r"|mfvsrld|mtvsrdd|mtvsrws|vabsdu[bhw]|vbpermd|v(?:clz|ctz)lsbb|vcmpnez?[bhw]|vctz[bdhw]"
    r"|vextract(?:d|u[bhw])|vexts\w+2[dw]|vextu[bhw][lr]x|vinsert[bdhw]|vmul10\w+|vneg[dw]|vpermr|vprtyb[dqw]"
    r"|vrl[dw](?:mi|nm)|vslv|vsrv|xs\w+qpo?|xscmp(?:eq|exp|ge|gt|ne)dp|xscv(?:dphp|hpdp|qp\w+|[su]dqp)|xs[ix]e?xp\w+"
    r"|xs(?:max|min)[cj]dp|xsrqp\w+|xststdc\w+|xsxsig\w+|xviexp\w+|xvtstdc\w+|xvxexp\w+|xvxsig\w+|xvcv(?:hpsp|sphp)"
    r"|xxbr[dhqw]|xxextractuw|xxinsertw|xxpermr?|xxspltib"
    # ISA 3.1
    r"|br[dhw]|cfuged|p(?:dep|ext)d|cn[tl]\w+dm|setn?bcr?|vdiv[su]\w|vdive[su]\w|vmod[su]\w|vmulh[su][dw]|vmulld"
    r"|lxv(?:p|px|kq|r[bdhw]x)|stxv(?:p|px|r[bdhw]x)|xv\w+ger\w*|xx[mf]t?m?tacc|xxgenpcv\w+|mtvsr[bdhqw]mi?"
    r"|vexpand\w+|vextract\w+m"
)
PPC_GROUPS = frozenset({"qpx", "spe", "e500", "booke", "ppc4xx", "ps"})


def _ppc(mnemonic: str, operands: str, unit: bytes, groups: frozenset[str]) -> str | None:
    if POWER9.fullmatch(mnemonic.rstrip(".")):
        return "POWER9"
    return next((f"{group.upper()}, which is not of POWER8" for group in sorted(groups & PPC_GROUPS)), None)


Z196 = frozenset(
    {
        "jump",
        "ending",
        "distinctops",
        "fpextension",
        "highword",
        "interlockedaccess1",
        "loadstoreoncond",
        "populationcount",
    }
    | {
        "call",
        "ret",
        "int",
        "privilege",
        "branch_relative",
        "resetreferencebitsmultiple",
        "messagesecurityassist3",
        "messagesecurityassist4",
    }
)


def _s390x(mnemonic: str, operands: str, unit: bytes, groups: frozenset[str]) -> str | None:
    return next((f"the facility {group}" for group in sorted(groups - Z196)), None)


def _riscv(mnemonic: str, operands: str, unit: bytes, groups: frozenset[str]) -> str | None:
    return None


_ARM64 = (capstone.CS_ARCH_ARM64, capstone.CS_MODE_LITTLE_ENDIAN)
ARCHITECTURES = {
    ("aarch64", Format.ELF): Architecture(capstone=_ARM64, units=_a64_words, judge=functools.partial(_a64, m1=False)),
    ("aarch64", Format.PE): Architecture(capstone=_ARM64, units=_a64_words, judge=functools.partial(_a64, m1=False)),
    ("aarch64", Format.MACHO): Architecture(capstone=_ARM64, units=_a64_words, judge=functools.partial(_a64, m1=True)),
    ("armv7l", Format.ELF): Architecture(
        capstone=(capstone.CS_ARCH_ARM, capstone.CS_MODE_ARM | capstone.CS_MODE_V8), units=_a32_words, judge=_a32
    ),
    ("ppc64le", Format.ELF): Architecture(
        capstone=(capstone.CS_ARCH_PPC, capstone.CS_MODE_64 | capstone.CS_MODE_LITTLE_ENDIAN),
        units=_ppc_words,
        judge=_ppc,
        groups=True,
    ),
    ("s390x", Format.ELF): Architecture(
        capstone=(capstone.CS_ARCH_SYSZ, capstone.CS_MODE_BIG_ENDIAN), units=_s390x_units, judge=_s390x, groups=True
    ),
    ("riscv64", Format.ELF): Architecture(
        capstone=(capstone.CS_ARCH_RISCV, capstone.CS_MODE_RISCV64 | capstone.CS_MODE_RISCVC),
        units=_riscv_units,
        judge=_riscv,
    ),
}
