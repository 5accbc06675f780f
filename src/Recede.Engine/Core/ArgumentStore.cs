using System.Runtime.CompilerServices;

namespace Recede.Engine.Core;

/// <summary>Grows to the most calls of an op in a step and is then reused, so that a warm step allocates nothing.</summary>
internal sealed class ArgumentStore<TArgs> : IArgumentStore
    where TArgs : struct
{
    private TArgs[] _items = new TArgs[4];
    private int _count;

    public int Add(in TArgs args)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, _count * 2);
        }

        _items[_count] = args;
        return _count++;
    }

    public ref readonly TArgs Get(int index) => ref _items[index];

    public void Clear()
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TArgs>())
        {
            Array.Clear(_items, 0, _count);
        }

        _count = 0;
    }
}
