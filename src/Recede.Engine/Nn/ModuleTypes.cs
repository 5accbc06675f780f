namespace Recede.Engine.Nn;

/// <summary>
/// The module types that a saved network may be made of, by the name that <see cref="Module.TypeName"/> gives. Nothing but what
/// stands here can come out of a file. A program adds its own layers with <see cref="Register"/>.
/// </summary>
public sealed class ModuleTypes
{
    private readonly Dictionary<string, Func<ModuleReader, Module>> _makers = new(StringComparer.Ordinal)
    {
        ["sequential"] = reader => new Sequential(reader.Path, [.. reader.Children]),
        ["residual"] = Residual.Read,
        ["concat"] = reader => new Concat(reader.Path, [.. reader.Children]),
        ["conv2d"] = Conv2d.Read,
        ["linear"] = Linear.Read,
        ["batch-norm"] = BatchNorm.Read,
        ["bounded-batch-norm"] = BoundedBatchNorm.Read,
        ["relu"] = reader => new Relu(reader.Path),
        ["max-pool"] = MaxPool2d.Read,
        ["average-pool"] = AveragePool2d.Read,
        ["global-average-pool"] = reader => new GlobalAveragePool(reader.Path),
        ["flatten"] = reader => new Flatten(reader.Path),
        ["dropout"] = reader => new Dropout(reader.Path, reader.Number("rate")),
        ["padded-shortcut"] = PaddedShortcut.Read,
    };

    /// <summary>The names that are known, in order.</summary>
    public IReadOnlyList<string> Names => [.. _makers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Adds a type of a program's own.</summary>
    /// <param name="name">What its <see cref="Module.TypeName"/> gives.</param>
    /// <param name="make">Makes the module of what its <see cref="Module.Describe"/> wrote. It calls
    /// <see cref="ModuleReader.Expect"/> before it makes a parameter.</param>
    /// <returns>This.</returns>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public ModuleTypes Register(string name, Func<ModuleReader, Module> make)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(make);
        if (!_makers.TryAdd(name, make))
        {
            throw new ArgumentException($"A module type '{name}' is registered already.", nameof(name));
        }

        return this;
    }

    internal bool Knows(string name) => _makers.ContainsKey(name);

    internal Module Make(string name, ModuleReader reader) => _makers.TryGetValue(name, out var make)
        ? make(reader)
        : throw reader.Error($"is of a type that nobody registered; known: {string.Join(", ", Names)}");
}
