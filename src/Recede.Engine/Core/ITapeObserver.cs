namespace Recede.Engine.Core;

/// <summary>Is told before and after every op of a tape, on the tape's own thread: what a profile is made of.</summary>
internal interface ITapeObserver
{
    /// <summary>An op's code is about to run.</summary>
    /// <param name="rule">The op.</param>
    /// <param name="scope">Path of the layer that it runs for.</param>
    /// <param name="backward">Whether it is its backward code.</param>
    void BeforeOp(OpRule rule, string scope, bool backward);

    /// <summary>The op's code has run.</summary>
    /// <param name="rule">The op.</param>
    /// <param name="scope">Path of the layer that it ran for.</param>
    /// <param name="backward">Whether it was its backward code.</param>
    void AfterOp(OpRule rule, string scope, bool backward);
}
