using Recede.Cuda;
using Cublas = Recede.Cuda.Cublas;
using Cudnn = Recede.Cuda.Cudnn;
using Driver = Recede.Cuda.Driver;
using Nvrtc = Recede.Cuda.Nvrtc;

namespace Recede.Engine.Tests.Cuda.Bindings;

/// <summary>An error tells the call, the status by name and number, and what to do.</summary>
public sealed class StatusTests
{
    [Test]
    public void Success_passes()
    {
        Driver.StatusChecks.Check(Driver.Status.CUDA_SUCCESS);
        Nvrtc.StatusChecks.Check(Nvrtc.Status.NVRTC_SUCCESS);
        Cublas.StatusChecks.Check(Cublas.Status.CUBLAS_STATUS_SUCCESS);
        Cudnn.StatusChecks.Check(Cudnn.Status.CUDNN_STATUS_SUCCESS);
    }

    [Test]
    public void An_error_carries_call_status_and_advice()
    {
        var error = Assert.Throws<CudaException>(() =>
            Driver.StatusChecks.Check(Driver.Status.CUDA_ERROR_NO_DEVICE, "Native.cuDeviceGetCount(out var count)"))!;

        Assert.That(error.Call, Is.EqualTo("cuDeviceGetCount"));
        Assert.That(error.StatusName, Is.EqualTo("CUDA_ERROR_NO_DEVICE"));
        Assert.That(error.Status, Is.EqualTo(100));
        Assert.That(error.Message, Does.StartWith(
            "cuDeviceGetCount failed with CUDA_ERROR_NO_DEVICE (100): the driver sees no GPU; check nvidia-smi"));
    }

    [TestCase(Driver.Status.CUDA_ERROR_OUT_OF_MEMORY, 2, "smaller batch")]
    [TestCase(Driver.Status.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, 803, "restart")]
    [TestCase(Driver.Status.CUDA_ERROR_UNSUPPORTED_PTX_VERSION, 222, "update the driver")]
    [TestCase(Driver.Status.CUDA_ERROR_ILLEGAL_ADDRESS, 700, "a kernel queued before")]
    public void The_drivers_errors_say_what_to_do(object status, int number, string advice)
    {
        Assert.That((int)(Driver.Status)status, Is.EqualTo(number));
        Assert.That(Driver.StatusChecks.AdviceFor((Driver.Status)status), Does.Contain(advice));
    }

    [TestCase(Cudnn.Status.CUDNN_STATUS_NOT_SUPPORTED, 3000, "no engine")]
    [TestCase(Cudnn.Status.CUDNN_STATUS_NOT_SUPPORTED_SHAPE, 3002, "no engine")]
    [TestCase(Cudnn.Status.CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED, 1008, "its parts")]
    [TestCase(Cudnn.Status.CUDNN_STATUS_EXECUTION_FAILED_CUBLAS, 5002, "could not run")]
    public void CuDNNs_errors_say_what_to_do(object status, int number, string advice)
    {
        Assert.That((int)(Cudnn.Status)status, Is.EqualTo(number));
        Assert.That(Cudnn.StatusChecks.AdviceFor((Cudnn.Status)status), Does.Contain(advice));
    }

    [Test]
    public void A_compiler_error_carries_its_messages()
    {
        var error = Nvrtc.StatusChecks.Error(Nvrtc.Status.NVRTC_ERROR_COMPILATION, "nvrtcCompileProgram", "k.cu(1): error");

        Assert.That(error.Message, Does.StartWith("nvrtcCompileProgram failed with NVRTC_ERROR_COMPILATION (6) [k.cu(1): error]: "));
        Assert.That(error.Details, Is.EqualTo("k.cu(1): error"));
    }

    [Test]
    public void A_status_newer_than_this_program_keeps_its_number()
    {
        var error = Assert.Throws<CudaException>(() => Cublas.StatusChecks.Check((Cublas.Status)77, "cublasX"))!;

        Assert.That(error.Message, Is.EqualTo("cublasX failed with an unknown cuBLAS status (77)"));
    }

    [Test]
    public void Releasing_never_throws() => Driver.StatusChecks.Release(Driver.Status.CUDA_ERROR_UNKNOWN, "cuMemFree_v2");
}
