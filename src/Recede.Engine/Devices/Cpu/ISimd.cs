namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// A vector of floats, so that a loop is written once for every <see cref="SimdLevel"/>:
/// <c>static void Loop&lt;TV&gt;(...) where TV : unmanaged, ISimd&lt;TV&gt;</c>, called with
/// <see cref="V512"/>, <see cref="V256"/> or <see cref="V1"/>. A block of 16 channels is walked in
/// steps of <see cref="Count"/>, which divides 16.
/// </summary>
/// <remarks>
/// The three agree bit for bit in everything but the order of a horizontal <see cref="Sum"/> and
/// <see cref="Fma"/>, which rounds twice in <see cref="V1"/>: without the instruction, rounding once
/// would cost a call for each float.
/// </remarks>
internal unsafe interface ISimd<TSelf>
    where TSelf : unmanaged, ISimd<TSelf>
{
    /// <summary>The floats in one vector: 16, 8 or 1.</summary>
    static abstract int Count { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Load(float* source);

    static abstract TSelf Broadcast(float value);

    static abstract void Store(TSelf value, float* target);

    /// <summary>
    /// Stores past the caches where a vector is a whole line of them, at an address that is aligned to it; smaller vectors are stored
    /// as ever. <see cref="WorkerPool"/> puts a fence behind the items of a job, before which no other thread may read.
    /// </summary>
    static abstract void Stream(TSelf value, float* target);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>a * b + c.</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);

    /// <summary>The larger; a NaN in either gives a NaN.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The smaller; a NaN in either gives a NaN.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    static abstract TSelf Sqrt(TSelf value);

    static abstract TSelf Abs(TSelf value);

    /// <summary>Lane by lane the value, or <paramref name="least"/> where that is larger; a NaN stays one.</summary>
    static abstract TSelf AtLeast(TSelf value, TSelf least);

    /// <summary>The bits that both have: a lane of <paramref name="mask"/> with all bits set keeps, one of zeros gives zero.</summary>
    static abstract TSelf And(TSelf value, TSelf mask);

    /// <summary>Lane by lane: <paramref name="ifSo"/> where a &gt; b, else <paramref name="otherwise"/>.</summary>
    static abstract TSelf SelectGreater(TSelf a, TSelf b, TSelf ifSo, TSelf otherwise);

    /// <summary>The sum of all lanes.</summary>
    static abstract float Sum(TSelf value);
}
